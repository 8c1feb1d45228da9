//! From items to lines.

/// The widest line that ends in brackets, as where records are written anew.
pub(super) const WIDTH: usize = 100;

/// A text in canonical order.
pub(super) struct Page<'t> {
    pub head: Vec<Lead<'t>>,
    pub items: Vec<Item<'t>>,
    pub tail: Vec<Lead<'t>>,
}

/// What stands above an item.
pub(super) enum Lead<'t> {
    Blank,
    Comment(&'t str),
}

/// An entry of a mapping, or an element of a list.
pub(super) struct Item<'t> {
    pub lead: Vec<Lead<'t>>,
    /// `key:` or `-`.
    pub head: String,
    /// The comment in its line.
    pub beside: Option<&'t str>,
    pub form: Form<'t>,
}

impl Item<'_> {
    pub fn is_element(&self) -> bool {
        self.head == "-"
    }
}

/// How a value is written.
pub(super) enum Form<'t> {
    Line(String),
    /// A block of lines below its sign.
    Lines {
        sign: String,
        lines: Vec<String>,
    },
    /// Entries or elements, and the comments below them.
    Items {
        items: Vec<Item<'t>>,
        tail: Vec<Lead<'t>>,
    },
}

pub(super) fn emit(page: &Page<'_>) -> String {
    let mut out = String::new();
    leads(&page.head, 0, true, &mut out);
    items(&page.items, 0, &mut out);
    leads(&page.tail, 0, false, &mut out);
    out
}

fn items(items: &[Item<'_>], column: usize, out: &mut String) {
    for (index, item) in items.iter().enumerate() {
        leads(&item.lead, column, index == 0, out);
        pad(column, out);
        line(item, column, out);
    }
}

/// The line of an item, and those below.
fn line(item: &Item<'_>, column: usize, out: &mut String) {
    out.push_str(&item.head);
    match &item.form {
        Form::Line(text) => {
            if !text.is_empty() {
                out.push(' ');
                out.push_str(text);
            }
            end_line(item.beside, out);
        }
        Form::Lines { sign, lines } => {
            out.push(' ');
            out.push_str(sign);
            end_line(item.beside, out);
            for line in lines {
                if !line.is_empty() {
                    pad(column + 2, out);
                }
                out.push_str(line);
                out.push('\n');
            }
        }
        Form::Items { items: inner, tail } => {
            match inner.split_first() {
                // The first entry stands beside the dash.
                Some((first, rest)) if item.is_element() => {
                    out.push(' ');
                    line(first, column + 2, out);
                    for inner in rest {
                        leads(&inner.lead, column + 2, false, out);
                        pad(column + 2, out);
                        line(inner, column + 2, out);
                    }
                }
                _ => {
                    end_line(item.beside, out);
                    items(inner, column + 2, out);
                }
            }
            leads(tail, column + 2, false, out);
        }
    }
}

fn end_line(beside: Option<&str>, out: &mut String) {
    if let Some(comment) = beside {
        out.push_str("  ");
        out.push_str(comment);
    }
    out.push('\n');
}

/// Comments and empty lines; `is_first` leaves out an empty line at the beginning.
fn leads(leads: &[Lead<'_>], column: usize, is_first: bool, out: &mut String) {
    for (index, lead) in leads.iter().enumerate() {
        match lead {
            Lead::Blank if index == 0 && is_first => {}
            Lead::Blank => out.push('\n'),
            Lead::Comment(text) => {
                pad(column, out);
                out.push_str(text);
                out.push('\n');
            }
        }
    }
}

fn pad(column: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', column));
}
