#!/bin/sh
# mosquitto: as root it owns its data, then mosquitto itself drops to the user mosquitto.
set -eu
if [ "$(id -u)" = 0 ] && [ -d /mosquitto ]; then chown -R mosquitto:mosquitto /mosquitto || true; fi
exec "$@"
