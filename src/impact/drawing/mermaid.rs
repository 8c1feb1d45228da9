use std::collections::BTreeSet;

use super::super::topology::{Node, Topology};
use super::arrows;
use crate::model::Kind;

/// A Mermaid flowchart, as Markdown of GitHub and GitLab shows it.
pub fn draw(topology: &Topology, nodes: &BTreeSet<Node>) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (node, part) in nodes.iter().filter_map(|node| Some((*node, topology.part(*node)?))) {
        let label = format!("{}<br>{}", escaped(&part.name), escaped(&part.record.id));
        text.push_str(&match part.record.kind {
            Kind::Service => format!("  n{node}([\"{label}\"])\n"),
            _ => format!("  n{node}[\"{label}\"]\n"),
        });
    }
    for arrow in arrows(topology, nodes) {
        let line = if arrow.spare.is_some() { "-.->" } else { "-->" };
        let label = escaped(&arrow.label());
        text.push_str(&format!("  n{} {line}|\"{label}\"| n{}\n", arrow.from, arrow.to));
    }
    text
}

/// Mermaid has entity codes of its own, `#quot;`; what begins one must be written as one.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' => escaped.push_str("#35;"),
            '"' => escaped.push_str("#quot;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '&' => escaped.push_str("#amp;"),
            '\n' => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
