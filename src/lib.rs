pub mod date;
pub mod edit;
pub mod finding;
pub mod money;
pub mod render;
pub mod report;
pub mod source;
pub mod yaml;
