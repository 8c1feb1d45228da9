use std::collections::BTreeSet;

use super::super::topology::{Node, Topology};
use super::arrows;

/// GraphML 1.0 with the name, kind, class and state of nodes and the label of edges as data.
pub fn draw(topology: &Topology, nodes: &BTreeSet<Node>) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
    );
    for (owner, key) in
        [("node", "name"), ("node", "kind"), ("node", "class"), ("node", "in_use"), ("edge", "label")]
    {
        text.push_str(&format!(
            "  <key id=\"{key}\" for=\"{owner}\" attr.name=\"{key}\" attr.type=\"string\"/>\n"
        ));
    }
    text.push_str("  <graph edgedefault=\"directed\">\n");
    for (node, part) in nodes.iter().filter_map(|node| Some((*node, topology.part(*node)?))) {
        text.push_str(&format!("    <node id=\"n{node}\">\n"));
        let in_use = if part.is_up { "true" } else { "false" };
        for (key, value) in [
            ("name", part.name.as_str()),
            ("kind", part.record.kind.name()),
            ("class", part.class.as_deref().unwrap_or("")),
            ("in_use", in_use),
        ] {
            text.push_str(&format!("      <data key=\"{key}\">{}</data>\n", escaped(value)));
        }
        text.push_str("    </node>\n");
    }
    for arrow in arrows(topology, nodes) {
        text.push_str(&format!(
            "    <edge source=\"n{}\" target=\"n{}\"><data key=\"label\">{}</data></edge>\n",
            arrow.from,
            arrow.to,
            escaped(&arrow.label())
        ));
    }
    text.push_str("  </graph>\n</graphml>\n");
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
