#!/usr/bin/env bash
# A review from beginning to end: the policies become the main branch of a repository, the proposal a change to it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tollgate=${TOLLGATE:-$here/../../dist/tollgate}
[ -x "$tollgate" ] || { echo "$tollgate is missing: run \`make build\` first" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
commit() { git add --all && git -c user.name=example -c user.email=example@example.com commit --quiet --message "$1"; }
say() { printf '\n$ %s\n' "$*"; }

git init --quiet --initial-branch=main
cp -r "$here/policies" .
commit "the policies in force"
git switch --quiet --create proposal
cp "$here/proposed/redaction.yaml" policies/
commit "a proposal"
cp "$here/corpus.jsonl" .

say tollgate check policies
"$tollgate" check policies
say tollgate test policies
"$tollgate" test policies
say tollgate diff main policies --corpus corpus.jsonl
"$tollgate" diff main policies --corpus corpus.jsonl
