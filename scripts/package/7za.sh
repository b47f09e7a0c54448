#!/bin/sh
# Stands in for 7-Zip where electron-builder only wants a tar file compressed: `a … -tgzip … OUT.tar.gz IN.tar`.
# Called through ELECTRON_BUILDER_7ZIP_PATH.
before=
last=
for argument in "$@"; do
  before=$last
  last=$argument
done
exec gzip -n -6 -c -- "$last" >"$before"
