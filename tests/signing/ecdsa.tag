object cd67ea8d22bc46ce5914ed8b54553d70abdbe25f
type commit
tag baseline/q4
tagger Ada <ada@helio.example> 1795507200 +0100

Configuration baseline q4

Records: 1 (settings 1)
Content: sha256:00
Commit: 00
-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE
EErNk6ZmfmV8nOB1RVPm2+ewKesNXpOTEm4+SPdezJ615fHFMH33UIra72i8lYDmCZ/k5O
Gn2TMsXzB1xQmTRFBgAAAANnaXQAAAAAAAAABnNoYTUxMgAAAGQAAAATZWNkc2Etc2hhMi
1uaXN0cDI1NgAAAEkAAAAgbfou6eMS54gVdEUEbYXIbe+ctcBgK35NDBlrDBH7Ga0AAAAh
AJF9GRvJYtoS+/ACktWla+ykwmH82c5kpwoaqv/+vVQu
-----END SSH SIGNATURE-----
