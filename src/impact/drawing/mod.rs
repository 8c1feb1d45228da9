//! The topology as text for programs that draw, one file a format.

mod dot;
mod graphml;
mod mermaid;

use std::collections::BTreeSet;

use super::topology::{Node, Topology};

/// A format for programs that draw.
pub struct Drawing {
    pub name: &'static str,
    pub description: &'static str,
    /// Draws these nodes and what they need of each other.
    pub draw: fn(&Topology, &BTreeSet<Node>) -> String,
}

/// Every format.
pub static DRAWINGS: &[Drawing] = &[
    Drawing { name: "dot", description: "for Graphviz", draw: dot::draw },
    Drawing { name: "mermaid", description: "for Markdown", draw: mermaid::draw },
    Drawing {
        name: "graphml",
        description: "for yEd, Gephi and other editors of graphs",
        draw: graphml::draw,
    },
];

/// One arrow: who needs whom, by which field, and of a redundant need how many must be up.
struct Arrow<'t> {
    from: Node,
    to: Node,
    field: &'t str,
    spare: Option<(usize, usize)>,
}

impl Arrow<'_> {
    /// `runs_on`, or `components[0], 1 of 2`.
    fn label(&self) -> String {
        let field = self.field.trim_start_matches("relations.");
        match self.spare {
            Some((min_up, of)) => format!("{field}, {min_up} of {of}"),
            None => field.to_owned(),
        }
    }
}

fn arrows<'t>(topology: &'t Topology, nodes: &BTreeSet<Node>) -> Vec<Arrow<'t>> {
    let mut arrows = Vec::new();
    for from in nodes {
        let needs = topology.part(*from).map_or(&[][..], |part| part.needs.as_slice());
        for need in needs {
            let spare = need.is_redundant().then_some((need.min_up, need.of.len()));
            for to in need.of.iter().filter(|to| nodes.contains(to)) {
                arrows.push(Arrow { from: *from, to: *to, field: &need.field, spare });
            }
        }
    }
    arrows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::testing::snapshot;

    /// A name that would end a string or a tag in every format.
    #[test]
    fn names_end_no_string_and_no_tag() {
        let name = r#"'A "quoted" <b>\ & ]]> #1;'"#;
        let snapshot = snapshot(&[
            ("items/server/a.yaml", &format!("id: a\nclass: server\nname: {name}\nstatus: in_use\n")),
            (
                "services/s.yaml",
                "id: s\nname: S\nstatus: in_use\nconsumers: {x: 100%}\ncomponents:\n  - item: a\n",
            ),
        ]);
        let topology = Topology::of(&snapshot);
        let all = topology.nodes().collect();
        let drawn = |name: &str| {
            let drawing = DRAWINGS.iter().find(|drawing| drawing.name == name).unwrap();
            (drawing.draw)(&topology, &all)
        };
        let dot = drawn("dot");
        assert!(dot.contains(r#""item/a" [label="A \"quoted\" <b>\\ & ]]> #1;\na""#), "{dot}");
        assert!(dot.contains(r#""service/s" -> "item/a" [label="components[0]"]"#), "{dot}");
        let mermaid = drawn("mermaid");
        assert!(
            mermaid.contains(r#"n0["A #quot;quoted#quot; #lt;b#gt;\ #amp; ]]#gt; #35;1;<br>a"]"#),
            "{mermaid}"
        );
        assert!(mermaid.contains("n1 -->|\"components[0]\"| n0"), "{mermaid}");
        let graphml = drawn("graphml");
        let document = roxmltree::Document::parse(&graphml).unwrap();
        let named = document.descendants().any(|node| node.text() == Some(r#"A "quoted" <b>\ & ]]> #1;"#));
        assert!(named, "{graphml}");
    }
}
