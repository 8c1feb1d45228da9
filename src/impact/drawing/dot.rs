use std::collections::BTreeSet;

use super::super::topology::{Node, Topology};
use super::arrows;
use crate::model::Kind;

/// The DOT language of Graphviz. Services are rounded, what is not in use is dashed, and so is a need
/// that others can meet.
pub fn draw(topology: &Topology, nodes: &BTreeSet<Node>) -> String {
    let mut text = "digraph estate {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    let id =
        |node: Node| quoted(&topology.part(node).map_or_else(String::new, |part| part.record.to_string()));
    for (node, part) in nodes.iter().filter_map(|node| Some((*node, topology.part(*node)?))) {
        let mut styles = Vec::new();
        if part.record.kind == Kind::Service {
            styles.push("rounded");
        }
        if !part.is_up {
            styles.push("dashed");
        }
        let style =
            if styles.is_empty() { String::new() } else { format!(" style=\"{}\"", styles.join(",")) };
        let label = quoted(&format!("{}\n{}", part.name, part.record.id));
        text.push_str(&format!("  {} [label={label}{style}];\n", id(node)));
    }
    for arrow in arrows(topology, nodes) {
        let style = if arrow.spare.is_some() { " style=dashed" } else { "" };
        let (from, to, label) = (id(arrow.from), id(arrow.to), quoted(&arrow.label()));
        text.push_str(&format!("  {from} -> {to} [label={label}{style}];\n"));
    }
    text.push_str("}\n");
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
