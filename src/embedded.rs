//! What ships inside the binary: `(path, text)` of every schema and of the sample estate, and `READER`,
//! a fingerprint of the sources that it was built from.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
