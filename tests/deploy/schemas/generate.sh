#!/bin/sh
# Makes the schemas of this folder anew, from Go modules; needs Go and the module proxy. Commit what changes.
set -eu
cd "$(dirname "$0")/generate"
rm -rf ../v* ../operators
go run . ..
