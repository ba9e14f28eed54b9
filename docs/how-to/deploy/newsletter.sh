#!/bin/sh
# /usr/local/bin/newsletter
# The command with the service's user, settings and secrets.
exec sudo -u newsletter sh -c '
    umask 077
    set -a
    . /etc/newsletter/environment
    exec /opt/newsletter/bin/newsletter "$@"
' newsletter "$@"
