# A PostgreSQL server of a test program's own, on 127.0.0.1 and a port that is given. It goes, with all that it wrote, when standard
# input ends: with the test program, however that ends. Lines of standard input: stop, start.
set -eu
trap '' INT HUP TERM
port=$1
bin=''
for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(dirname "$(command -v initdb || echo /none/initdb)")"; do
  if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then bin=$folder; break; fi
done
[ -n "$bin" ] || { echo "there is no PostgreSQL: run scripts/setup --tests"; exit 1; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/codegraph-postgres-XXXXXX")
start() {
  # What is written need not outlive the machine; what is acknowledged still outlives the server.
  "$bin/pg_ctl" -D "$dir/data" -w -s -l "$dir/log" \
    -o "-c listen_addresses=127.0.0.1 -p $port -k $dir -c fsync=off -c max_connections=300 -c log_min_messages=warning" start
}
stop() { "$bin/pg_ctl" -D "$dir/data" -w -s -m immediate stop; }
finish() {
  stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap finish EXIT
printf 'seven horses' >"$dir/password"
# An order of its own (ICU), so that what relies on the database's order does not pass by chance.
"$bin/initdb" -D "$dir/data" -U codegraph --auth=scram-sha-256 --pwfile="$dir/password" -E UTF8 --locale=C.UTF-8 \
  --locale-provider=icu --icu-locale=en-US --no-sync >"$dir/log" 2>&1 && start >>"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
echo "ready $bin"
while read -r command; do
  case $command in
    stop) stop ;;
    start) start ;;
  esac >/dev/null 2>&1
  echo "done"
done
