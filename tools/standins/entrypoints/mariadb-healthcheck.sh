#!/bin/sh
# healthcheck.sh of the official image, reduced: does the server answer on TCP? An access error is
# an answer too.
exec mariadb-admin --host=127.0.0.1 --protocol=tcp ping
