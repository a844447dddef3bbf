# SPDX-License-Identifier: MIT
# Results that do not arrive as they were sent.
ok "so far so good"
_lab_line "@result one name 6 $(printf 'abcdef' | sha256sum | cut -d' ' -f1)"
_lab_line "=one $(printf 'abcdeX' | base64)"
_lab_line "@end one"
_lab_line "@result two unfinished 6 $(printf 'abcdef' | sha256sum | cut -d' ' -f1)"
