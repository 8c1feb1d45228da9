//! What hangs on what: the consequences of a failure or a change, and the single points of failure.

mod drawing;
mod failure;
mod single_points;
mod stakes;
mod topology;

pub use drawing::{DRAWINGS, Drawing};
pub use failure::{Consequences, Effect, Hit, consequences, down_already};
pub use single_points::{SinglePoint, single_points};
pub use stakes::{most_penalty, promises};
pub use topology::{Need, Node, Part, Topology};
