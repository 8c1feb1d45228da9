object cd67ea8d22bc46ce5914ed8b54553d70abdbe25f
type commit
tag baseline/q4
tagger Ada <ada@helio.example> 1795507200 +0100

Configuration baseline q4

Records: 1 (settings 1)
Content: sha256:00
Commit: 00
-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgFIb9+aX3G/66M3F953QC0EE5+E
siHOFCs6sq42rPLg8AAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5
AAAAQFcsXhqbHx0uNq0qRec7Rf7aIRwnlm1Z1FL/z7ICdoOQgWsxMFtjbJgCBEIk1r9Tcm
StrxOt74J/lgIsN/OrIw4=
-----END SSH SIGNATURE-----
