#!/bin/sh
# httpd: a pid file that a killed predecessor left would keep apache from starting.
rm -f /run/httpd.pid
exec httpd -f /usr/local/apache2/conf/httpd.conf -DFOREGROUND "$@"
