#!/bin/sh
# mariadb: the official image's contract. The first start creates /var/lib/mysql with the root
# password, database and user that MARIADB_* (or MYSQL_*) name, and runs what is in
# /docker-entrypoint-initdb.d.
set -eu
data=/var/lib/mysql
socket=/run/mysqld/mysqld.sock

# setting NAME: MARIADB_NAME or MYSQL_NAME, or the content of the file that *_FILE names.
setting() {
  eval "value=\${MARIADB_$1:-\${MYSQL_$1:-}}; file=\${MARIADB_$1_FILE:-\${MYSQL_$1_FILE:-}}"
  if [ -n "$file" ]; then value=$(cat "$file"); fi
  printf '%s' "$value"
}

# quoted TEXT: TEXT as an SQL string.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/\\\\/\\\\\\\\/g; s/'/''/g")"; }

require_password() {
  decided=$root_password$(setting RANDOM_ROOT_PASSWORD)$(setting ALLOW_EMPTY_ROOT_PASSWORD)
  if [ -n "$decided" ]; then return; fi
  cat >&2 <<'MESSAGE'
[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified
        You need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH,
        MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD
MESSAGE
  exit 1
}

# Not echo: dash's would interpret the backslashes of a password.
say() { printf '%s\n' "$1"; }

first_sql() {
  password=$(quoted "$root_password")
  say "SET @@SESSION.SQL_LOG_BIN=0;"
  say "ALTER USER 'root'@'localhost' IDENTIFIED BY $password;"
  say "CREATE USER IF NOT EXISTS 'root'@'%' IDENTIFIED BY $password;"
  say "GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;"
  if [ -n "$database" ]; then say "CREATE DATABASE IF NOT EXISTS \`$database\`;"; fi
  if [ -n "$user" ]; then
    say "CREATE USER IF NOT EXISTS $(quoted "$user")@'%' IDENTIFIED BY $(quoted "$user_password");"
    if [ -n "$database" ]; then say "GRANT ALL ON \`$database\`.* TO $(quoted "$user")@'%';"; fi
  fi
  say "FLUSH PRIVILEGES;"
}

client() { mariadb --socket="$socket" -uroot -p"$root_password" "$@"; }

create_cluster() {
  mariadb-install-db --user=mysql --datadir="$data" --auth-root-authentication-method=normal \
    --skip-test-db >/dev/null
  # Only on the Unix socket: nobody can connect before everything is there.
  mariadbd --user=mysql --datadir="$data" --skip-networking --socket="$socket" &
  server=$!
  tries=0
  until mariadb --socket="$socket" -uroot -e 'SELECT 1' >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ]; then
      echo "[ERROR] [Entrypoint]: the temporary server did not answer within 30 s" >&2
      exit 1
    fi
    sleep 0.1
  done
  first_sql | mariadb --socket="$socket" -uroot
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) . "$file" ;;
      *.sql) client ${database:+"$database"} <"$file" ;;
      *.sql.gz) gunzip -c "$file" | client ${database:+"$database"} ;;
    esac
  done
  kill "$server"
  wait "$server" || true
  echo "[Note] [Entrypoint]: MariaDB init process done. Ready for start up."
}

case "${1:-}" in -* | "") set -- mariadbd "$@" ;; mysqld) shift && set -- mariadbd "$@" ;; esac

if [ "$1" = mariadbd ]; then
  root_password=$(setting ROOT_PASSWORD)
  database=$(setting DATABASE)
  user=$(setting USER)
  user_password=$(setting PASSWORD)
  mkdir -p "$data" /run/mysqld
  chown mysql:mysql "$data" /run/mysqld
  if [ ! -d "$data/mysql" ]; then
    require_password
    if [ -z "$root_password" ] && [ -n "$(setting RANDOM_ROOT_PASSWORD)" ]; then
      root_password=$(head -c 18 /dev/urandom | base64)
      echo "[Note] [Entrypoint]: GENERATED ROOT PASSWORD: $root_password"
    fi
    create_cluster
  fi
  shift
  set -- mariadbd --user=mysql "$@"
fi
exec "$@"
