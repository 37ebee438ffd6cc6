// One fetch at a time; what arrives meanwhile causes one more, however much it is.

export function keepUpToDate(place, { news, open = (address) => new EventSource(address) }) {
  let fetching = false;
  let again = false;

  async function refresh() {
    if (fetching) {
      again = true;
      return;
    }
    fetching = true;
    try {
      await replace(place, news);
    } finally {
      fetching = false;
    }
    if (again) {
      again = false;
      await refresh();
    }
  }

  const stream = open(place.dataset.stream);
  stream.addEventListener("position", refresh);
  stream.addEventListener("closed", () => {
    stream.close();
    location.reload();
  });
  addEventListener("pagehide", () => stream.close());
  return stream;
}

async function replace(place, news) {
  const answer = await fetch(place.dataset.fragment, { redirect: "error" });
  if (!answer.ok) {
    return;
  }
  const before = figures(place);
  const scrolled = scrollPositions(place);
  const focused = document.activeElement?.getAttribute("href");
  place.innerHTML = await answer.text();
  restoreScroll(place, scrolled);
  restoreFocus(place, focused);
  const changed = mark(place, before);
  if (changed > 0 && news) {
    news.textContent = news.dataset.updated;
  }
}

function figures(place) {
  return new Map(
    [...place.querySelectorAll("[data-figure]")].map((each) => [each.dataset.figure, each.textContent]),
  );
}

function mark(place, before) {
  let changed = 0;
  for (const each of place.querySelectorAll("[data-figure]")) {
    const known = before.get(each.dataset.figure);
    if (known !== undefined && known !== each.textContent) {
      each.classList.add("figure-changed");
      changed += 1;
    }
  }
  return changed;
}

function scrollPositions(place) {
  return [...place.querySelectorAll(".table-frame")].map((each) => [
    each.scrollLeft,
    each.scrollTop,
  ]);
}

function restoreScroll(place, positions) {
  [...place.querySelectorAll(".table-frame")].forEach((each, index) => {
    [each.scrollLeft, each.scrollTop] = positions[index] ?? [0, 0];
  });
}

function restoreFocus(place, address) {
  if (!address || document.activeElement !== document.body) {
    return;
  }
  place.querySelector(`[href="${CSS.escape(address)}"]`)?.focus({ preventScroll: true });
}
