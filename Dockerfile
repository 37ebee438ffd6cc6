# One image, four commands: serve intake, serve aggregator, serve notifier, migrate.
# The root file system may be read-only; only /tmp is written.

ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/tonghop
ENV PATH=/opt/tonghop/bin:$PATH

# Dependencies first: this layer is made anew only when a pinned version changes.
COPY requirements.lock /source/
RUN pip install --require-hashes --only-binary :all: --requirement /source/requirements.lock

COPY pyproject.toml README.md LICENSE NOTICE /source/
COPY migrations /source/migrations
COPY shared /source/shared
COPY services /source/services
RUN pip wheel --no-index --no-deps --no-build-isolation --wheel-dir /wheels /source \
    && pip install --no-deps --no-index /wheels/*.whl \
    && pip uninstall --yes --quiet pip

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="tonghop" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10001 tonghop \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /tmp tonghop
COPY --from=build /opt/tonghop /opt/tonghop
ENV PATH=/opt/tonghop/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TONGHOP_HTTP_HOST=0.0.0.0 \
    TONGHOP_HTTP_PORT=8000
WORKDIR /tmp
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["tonghop"]
CMD ["--help"]
