#!/usr/bin/env bash
# Writes FOLDER/tonghop-TIME.dump and its SHA-256, and prints the name. The services may go on:
# a dump is one snapshot. DATABASE_TOOLS says how PostgreSQL's programs are reached.
set -euo pipefail

folder=${1:?"usage: deploy/backup.sh FOLDER"}
read -r -a tools <<<"${DATABASE_TOOLS:-docker compose exec -T postgres}"
file=$folder/tonghop-$(date -u +%Y%m%dT%H%M%SZ).dump

umask 077
mkdir -p "$folder"
trap 'rm -f "$file.partial"' EXIT
"${tools[@]}" pg_dump --format=custom --no-owner >"$file.partial"
# A dump that was cut short has no table of contents to list.
"${tools[@]}" pg_restore --list <"$file.partial" >/dev/null
mv "$file.partial" "$file"
(cd "$folder" && sha256sum "${file##*/}" >"${file##*/}.sha256")
echo "$file"
