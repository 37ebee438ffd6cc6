#!/usr/bin/env bash
# Puts the backup FILE in the place of the database, all or nothing; what was there is kept under
# another name. Stop intake, aggregator and notifier first. docs/operations.md has the other steps:
# Kafka's disk must be emptied before they start again.
set -euo pipefail

file=${1:?"usage: deploy/restore.sh FILE"}
here=$(cd "$(dirname "$0")" && pwd)
read -r -a tools <<<"${DATABASE_TOOLS:-docker compose exec -T postgres}"
database=${PGDATABASE:-tonghop}
kept=${database}_before_$(date -u +%Y%m%dT%H%M%SZ | tr '[:upper:]' '[:lower:]')

sql() { "${tools[@]}" psql --quiet --no-psqlrc --tuples-only --no-align --dbname=postgres \
    --set=ON_ERROR_STOP=1 --single-transaction "$@"; }

(cd "$(dirname "$file")" && sha256sum --check --quiet "${file##*/}.sha256")

sessions=$(sql --command="SELECT count(*) FROM pg_stat_activity WHERE datname = '$database'")
if [ "$sessions" -ne 0 ]; then
    echo "$sessions sessions use the database $database. Stop the services first:" >&2
    echo "  docker compose stop intake aggregator notifier" >&2
    exit 1
fi

sql <"$here/postgres/roles.sql"
"${tools[@]}" dropdb --if-exists "${database}_restored"
"${tools[@]}" createdb --template=template0 --encoding=UTF8 "${database}_restored"
"${tools[@]}" pg_restore --no-owner --exit-on-error --single-transaction \
    --dbname="${database}_restored" <"$file"
# The log's generation rises: receipts and offsets of the time that is undone stay apart.
before=$("${tools[@]}" psql --no-psqlrc --tuples-only --no-align --dbname="$database" \
    --command="SELECT generation FROM log.identity" 2>/dev/null) || before=0
"${tools[@]}" psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --dbname="${database}_restored" \
    --command="UPDATE log.identity SET generation = greatest(generation, ${before:-0}) + 1"
sql --command="ALTER DATABASE $database RENAME TO $kept" \
    --command="ALTER DATABASE ${database}_restored RENAME TO $database"
echo "Restored. What was there before is kept as the database $kept."
