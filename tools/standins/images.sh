# What each stand-in contains. Sourced by build.sh.
#
# For an image NAME, fill_NAME puts its files into $root (with copy, copy_program, entrypoint), and
# config_NAME prints its OCI "config" object. page_NAME, where there is one, prints the path of an
# index page that names the tag, so that one can see an update.

# The images: name, repository, tags. The first tag is the one that people most often ask for.
readonly images="
busybox    library/busybox          1.36 1.37 latest
alpine     library/alpine           3.20 3.21 latest
nginx      library/nginx            1.27-alpine 1.26-alpine 1.27 1.26 stable alpine latest
redis      library/redis            7-alpine 7.4-alpine 7 6-alpine alpine latest
postgres   library/postgres         16-alpine 15-alpine 17-alpine 16 15 17 alpine latest
mariadb    library/mariadb          11 11.4 10.11 lts latest
memcached  library/memcached        1.6-alpine 1.6 alpine latest
httpd      library/httpd            2.4-alpine 2.4 alpine latest
caddy      library/caddy            2-alpine 2.8-alpine 2 alpine latest
mosquitto  library/eclipse-mosquitto 2 2.0 latest
prometheus prom/prometheus          v2.53.0 v2.54.0 v2 latest
exporter   prom/node-exporter       v1.8.2 latest
web        loam-test/web            1 2
unhealthy  loam-test/web            unhealthy
crashing   loam-test/crashing       1
later      loam-test/crash-later    1
silent     loam-test/silent         1
slow       loam-test/slow-start     1
stubborn   loam-test/stubborn       1
"

# One download and extraction serves all images.
readonly packages=(
  busybox dash util-linux libc-bin tzdata ca-certificates
  nginx redis-server postgresql-15 mariadb-server-core mariadb-client memcached apache2-bin
  caddy mosquitto prometheus prometheus-node-exporter mime-support
)

readonly default_path='"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"'

# The base of all: a shell and its tools, the C library, and setpriv to drop privileges. libgcc_s is
# loaded by the C library itself when a thread ends, and so is in no program's list.
fill_base() {
  new_root
  install_busybox
  copy_program usr/bin/setpriv
  cp -L "$tree/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" "$root/lib64/"
  cp -L "$tree"/lib/x86_64-linux-gnu/{libm.so.6,libgcc_s.so.1} "$root/usr/lib/x86_64-linux-gnu/"
  copy usr/lib/locale/C.utf8 usr/share/zoneinfo/UTC
}

fill_busybox() { :; }
config_busybox() { echo '{"Env": ['"$default_path"'], "Cmd": ["sh"]}'; }

fill_alpine() { :; }
config_alpine() { echo '{"Env": ['"$default_path"'], "Cmd": ["/bin/sh"]}'; }

fill_nginx() {
  copy_program usr/sbin/nginx
  copy etc/nginx/mime.types
  install -D -m 644 "$here/files/nginx.conf" "$root/etc/nginx/nginx.conf"
  install -D -m 644 "$here/files/nginx-default.conf" "$root/etc/nginx/conf.d/default.conf"
  mkdir -p "$root"/{docker-entrypoint.d,usr/share/nginx/html,usr/share/nginx,var/lib/nginx}
  mkdir -p "$root"/var/cache/nginx "$root"/var/log/nginx
  # Debian's nginx opens its compiled-in error log before it reads the configuration.
  ln -s /dev/stdout "$root/var/log/nginx/access.log"
  ln -s /dev/stderr "$root/var/log/nginx/error.log"
  entrypoint nginx /docker-entrypoint.sh
}
config_nginx() {
  echo '{"Env": ['"$default_path"'], "Entrypoint": ["/docker-entrypoint.sh"],
    "Cmd": ["nginx", "-g", "daemon off;"], "ExposedPorts": {"80/tcp": {}},
    "StopSignal": "SIGQUIT"}'
}
page_nginx() { echo usr/share/nginx/html/index.html; }

fill_redis() {
  copy_program usr/bin/redis-server usr/bin/redis-cli
  # One program under three names, as in the package.
  ln "$root/usr/bin/redis-server" "$root/usr/bin/redis-check-rdb"
  ln "$root/usr/bin/redis-server" "$root/usr/bin/redis-check-aof"
  install -d -o 999 -g 999 "$root/data"
  entrypoint redis
}
config_redis() {
  echo '{"Env": ['"$default_path"'], "Entrypoint": ["docker-entrypoint.sh"],
    "Cmd": ["redis-server"],
    "WorkingDir": "/data", "Volumes": {"/data": {}}, "ExposedPorts": {"6379/tcp": {}}}'
}

fill_postgres() {
  local bin=usr/lib/postgresql/15/bin program
  for program in postgres initdb pg_ctl psql pg_isready pg_dump pg_dumpall pg_restore \
    pg_basebackup pg_verifybackup pg_controldata createdb dropdb createuser; do
    copy_program "$bin/$program"
  done
  # initdb asks it which locales there are.
  copy_program usr/bin/locale
  # Extensions, without the just-in-time compiler: its library alone is larger than the rest.
  local plugin
  for plugin in "$tree"/usr/lib/postgresql/15/lib/*.so; do
    [[ $plugin == *llvmjit* ]] || copy_program "${plugin#"$tree/"}"
  done
  copy usr/share/postgresql/15 usr/share/zoneinfo
  sed -i "s/^#listen_addresses = .*/listen_addresses = '*'/" \
    "$root/usr/share/postgresql/15/postgresql.conf.sample"
  mkdir -p "$root/docker-entrypoint-initdb.d"
  install -d -m 700 -o 70 -g 70 "$root/var/lib/postgresql/data"
  chown 70:70 "$root/var/lib/postgresql"
  entrypoint postgres
}
config_postgres() {
  local paths=/usr/local/bin:/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin
  echo '{"Env": ["PATH='$paths'", "LANG=C.UTF-8", "PG_MAJOR=15",
    "PGDATA=/var/lib/postgresql/data"], "Entrypoint": ["docker-entrypoint.sh"],
    "Cmd": ["postgres"], "Volumes": {"/var/lib/postgresql/data": {}},
    "ExposedPorts": {"5432/tcp": {}}, "StopSignal": "SIGINT"}'
}

fill_mariadb() {
  local name
  copy_program usr/sbin/mariadbd usr/bin/{mariadb,my_print_defaults,resolveip}
  copy usr/share/mysql usr/bin/mariadb-install-db
  for name in admin check dump; do
    copy_program "usr/bin/mariadb-$name"
    ln -s "mariadb-$name" "$root/usr/bin/mysql$name"
  done
  ln -s mariadb "$root/usr/bin/mysql"
  copy_program usr/bin/mariadb-upgrade
  mkdir -p "$root"/{docker-entrypoint-initdb.d,etc/mysql/conf.d,usr/lib/mysql/plugin}
  printf '[mariadbd]\nskip-name-resolve\n!includedir /etc/mysql/conf.d/\n' \
    >"$root/etc/mysql/my.cnf"
  install -d -o 998 -g 998 "$root/var/lib/mysql" "$root/run/mysqld"
  entrypoint mariadb
  entrypoint mariadb-healthcheck /usr/local/bin/healthcheck.sh
}
config_mariadb() {
  echo '{"Env": ['"$default_path"', "LANG=C.UTF-8"], "Entrypoint": ["docker-entrypoint.sh"],
    "Cmd": ["mariadbd"], "Volumes": {"/var/lib/mysql": {}}, "ExposedPorts": {"3306/tcp": {}}}'
}

fill_memcached() {
  copy_program usr/bin/memcached
  entrypoint memcached
}
config_memcached() {
  echo '{"Env": ['"$default_path"'], "Entrypoint": ["docker-entrypoint.sh"], "Cmd": ["memcached"],
    "User": "memcache", "ExposedPorts": {"11211/tcp": {}}}'
}

fill_httpd() {
  local module apache=usr/local/apache2
  copy_program usr/sbin/apache2
  ln -s apache2 "$root/usr/sbin/httpd"
  for module in mpm_event authz_core dir mime autoindex proxy proxy_http rewrite; do
    copy_program "usr/lib/apache2/modules/mod_$module.so"
  done
  mkdir -p "$root/$apache"/{conf,htdocs,logs}
  ln -s /usr/lib/apache2/modules "$root/$apache/modules"
  cp "$here/files/httpd.conf" "$root/$apache/conf/"
  cp "$tree/etc/mime.types" "$root/$apache/conf/"
  entrypoint httpd-foreground /usr/local/bin/httpd-foreground
}
config_httpd() {
  echo '{"Env": ['"$default_path"', "HTTPD_PREFIX=/usr/local/apache2"], "Cmd": ["httpd-foreground"],
    "WorkingDir": "/usr/local/apache2", "ExposedPorts": {"80/tcp": {}}, "StopSignal": "SIGWINCH"}'
}
page_httpd() { echo usr/local/apache2/htdocs/index.html; }

fill_caddy() {
  copy_program usr/bin/caddy
  copy etc/mime.types
  install -D -m 644 "$here/files/Caddyfile" "$root/etc/caddy/Caddyfile"
  mkdir -p "$root"/{config/caddy,data/caddy,usr/share/caddy,srv}
}
config_caddy() {
  echo '{"Env": ['"$default_path"', "XDG_CONFIG_HOME=/config", "XDG_DATA_HOME=/data"],
    "Cmd": ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"],
    "WorkingDir": "/srv",
    "ExposedPorts": {"80/tcp": {}, "443/tcp": {}, "443/udp": {}, "2019/tcp": {}}}'
}
page_caddy() { echo usr/share/caddy/index.html; }

fill_mosquitto() {
  copy_program usr/sbin/mosquitto
  mkdir -p "$root"/mosquitto/{config,data,log}
  cp "$here/files/mosquitto.conf" "$root/mosquitto/config/"
  cp "$here/files/mosquitto-no-auth.conf" "$root/"
  chown -R 1883:1883 "$root/mosquitto"
  entrypoint mosquitto /docker-entrypoint.sh
}
config_mosquitto() {
  echo '{"Env": ['"$default_path"'], "Entrypoint": ["/docker-entrypoint.sh"],
    "Cmd": ["/usr/sbin/mosquitto", "-c", "/mosquitto/config/mosquitto.conf"],
    "Volumes": {"/mosquitto/data": {}, "/mosquitto/log": {}}, "ExposedPorts": {"1883/tcp": {}}}'
}

fill_prometheus() {
  copy_program usr/bin/prometheus
  mkdir -p "$root"/{bin,etc/prometheus,prometheus}
  ln -s ../usr/bin/prometheus "$root/bin/prometheus"
  copy usr/share/prometheus
  cp "$here/files/prometheus.yml" "$root/etc/prometheus/"
  chown 65534:65534 "$root/prometheus"
}
config_prometheus() {
  echo '{"Env": ['"$default_path"'], "User": "nobody", "Entrypoint": ["/bin/prometheus"],
    "Cmd": ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"],
    "WorkingDir": "/prometheus", "Volumes": {"/prometheus": {}},
    "ExposedPorts": {"9090/tcp": {}}}'
}

fill_exporter() {
  copy_program usr/bin/prometheus-node-exporter
  mkdir -p "$root/bin"
  ln -s ../usr/bin/prometheus-node-exporter "$root/bin/node_exporter"
}
config_exporter() {
  echo '{"Env": ['"$default_path"'], "User": "nobody", "Entrypoint": ["/bin/node_exporter"],
    "ExposedPorts": {"9100/tcp": {}}}'
}

# The misbehaving images differ in the argument of one entry point only.
fill_web() {
  entrypoint loam-test /usr/local/bin/loam-test
  mkdir -p "$root"/www/{good,bad/cgi-bin}
  echo 'loam-test' >"$root/www/good/index.html"
  # Busybox's httpd serves this for the folder itself, because there is no index page.
  printf '#!/bin/sh\nprintf "Status: 503 Unhealthy\\r\\n\\r\\nunhealthy on purpose\\n"\n' \
    >"$root/www/bad/cgi-bin/index.cgi"
  chmod 755 "$root/www/bad/cgi-bin/index.cgi"
}
page_web() { echo www/good/index.html; }
config_test() {
  echo '{"Env": ['"$default_path"'], "Entrypoint": ["/usr/local/bin/loam-test", "'"$1"'"],
    "ExposedPorts": {"80/tcp": {}}}'
}
config_web() { config_test web; }
fill_unhealthy() { fill_web; }
config_unhealthy() { config_test unhealthy; }
fill_crashing() { fill_web; }
config_crashing() { config_test crashing; }
fill_later() { fill_web; }
config_later() { config_test crash-later; }
fill_silent() { fill_web; }
config_silent() { config_test silent; }
fill_slow() { fill_web; }
config_slow() { config_test slow-start; }
fill_stubborn() { fill_web; }
config_stubborn() { config_test stubborn; }
