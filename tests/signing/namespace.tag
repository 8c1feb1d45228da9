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
siHOFCs6sq42rPLg8AAAAEZmlsZQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUx
OQAAAEAgUyvn8iLRIy5U8XBL3od7F5vO9vQQe3FVpcQwJcgONlRXT+8oYNCCZm1pIiTNNC
GRCp7ctCkJOEm2w9ddYLoM
-----END SSH SIGNATURE-----
