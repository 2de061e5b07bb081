# Sourced by each workload, which runs in a root, in an empty folder. What it prints must not depend on time, process ids or
# chance: it is compared with what the same workload prints under the stock loader.
set -u
export GIT_AUTHOR_DATE='@1700000000 +0000' GIT_COMMITTER_DATE='@1700000000 +0000' PYTHONDONTWRITEBYTECODE=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b

# title WORDS…: what comes next; the status of what came before
title() { echo "-- $* (before: $?)"; }
