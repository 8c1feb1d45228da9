//! What ships inside the binary: `(path, text)` of every schema and of the sample estate.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
