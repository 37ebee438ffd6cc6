#!/usr/bin/env bash
# Runs the rest of its command line with CLUSTER_ID set: that of the disk, or a new one when the
# disk is empty. The image would give every disk the same; then a log that was lost could not be
# told from the one made in its place, and would not be filled again from PostgreSQL.
set -euo pipefail

described=$KAFKA_LOG_DIRS/meta.properties
if [ -e "$described" ]; then
    CLUSTER_ID=$(sed -n 's/^cluster\.id=//p' "$described")
else
    CLUSTER_ID=$(head -c 16 /dev/urandom | base64 | tr '+/' 'Aa' | tr -d '=\n')
fi
export CLUSTER_ID
exec "$@"
