//! Two versions of a record's text, cut to the fields in which they differ: most of a record does
//! not change, and what is the same on both sides need not be parsed to be compared.

/// The fields of either text that the other one does not have letter by letter, and those that `keep`
/// keeps whether they differ or not, by key and text. `None` where the texts must be compared whole:
/// they are not plain lists of fields, or differ in nothing but the order of fields.
///
/// A line that begins with a letter begins a field: YAML demands that every further line of a value
/// at the top is indented, be it quoted, in brackets or a block.
pub fn excerpts(old: &str, new: &str, keep: impl Fn(&str, &str) -> bool) -> Option<[String; 2]> {
    let (old, new) = (fields(old)?, fields(new)?);
    let texts = [differing(&old, &new, &keep)?, differing(&new, &old, &keep)?];
    let [before, after] = &texts;
    (before != after).then_some(texts)
}

/// The fields of `these` that are kept or not among `others`; `None` where there are none, for an
/// empty text is no record.
fn differing(
    these: &[Field<'_>],
    others: &[Field<'_>],
    keep: &impl Fn(&str, &str) -> bool,
) -> Option<String> {
    let mut text = String::new();
    for (at, field) in these.iter().enumerate() {
        let is_same = |other: &Field<'_>| other.text == field.text;
        let is_same = others.get(at).is_some_and(is_same) || others.iter().any(is_same);
        if !is_same || keep(field.key, field.text) {
            text.push_str(field.text);
        }
    }
    (!text.is_empty()).then_some(text)
}

/// A record has rarely more fields.
const USUAL: usize = 32;

/// A field at the top of a record, with all its lines and the comments after it.
struct Field<'t> {
    key: &'t str,
    text: &'t str,
}

/// Cuts a text into its fields; `None` where it is not a plain list of them.
fn fields(text: &str) -> Option<Vec<Field<'_>>> {
    let mut fields: Vec<Field<'_>> = Vec::with_capacity(USUAL);
    let mut begun: Option<(usize, &str)> = None;
    let field = |(start, key), end| Some(Field { key, text: text.get(start..end)? });
    let mut begins_line = true;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            // To YAML a lone carriage return ends a line, too.
            b'\r' => return None,
            _ if !begins_line => {}
            b'a'..=b'z' | b'A'..=b'Z' => {
                if let Some(last) = begun.replace((at, key(text.get(at..)?)?)) {
                    fields.push(field(last, at)?);
                }
            }
            b' ' if begun.is_some() => {}
            b'-' if begun.is_some() && text.get(at..)?.starts_with("- ") => {}
            b'#' | b'\n' => {}
            _ => return None,
        }
        begins_line = byte == b'\n';
    }
    // Without a line end the last field of one side may be the same as one in the middle of the other.
    if !begins_line {
        return None;
    }
    fields.push(field(begun?, text.len())?);
    Some(fields)
}

/// The key of a text that begins with a line `key: value`.
fn key(text: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let (key, rest) = text.split_at(text.bytes().position(|byte| !is_plain(byte))?);
    (rest.starts_with(": ") || rest.starts_with(":\n")).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "# A comment\nid: srv\nclass: server\nname: Web\ncost: 900.00 EUR\ntags:\n- a\n- b\nnotes: >\n  Long\n\n  text\n";

    fn cut(from: &str, to: &str) -> Option<[String; 2]> {
        assert!(SERVER.contains(from), "{from}");
        excerpts(SERVER, &SERVER.replace(from, to), |key, _| matches!(key, "class" | "name"))
    }

    #[test]
    fn what_is_the_same_on_both_sides_is_left_out() {
        let texts =
            |old: &str, new: &str| Some([old, new].map(|text| format!("class: server\nname: Web\n{text}")));
        assert_eq!(cut("900.00", "950.00"), texts("cost: 900.00 EUR\n", "cost: 950.00 EUR\n"));
        assert_eq!(cut("- b", "- c"), texts("tags:\n- a\n- b\n", "tags:\n- a\n- c\n"));
        assert_eq!(
            cut("  text", "  words"),
            texts("notes: >\n  Long\n\n  text\n", "notes: >\n  Long\n\n  words\n")
        );
        assert_eq!(cut("cost: 900.00 EUR\n", ""), texts("cost: 900.00 EUR\n", ""));
    }

    #[test]
    fn what_is_no_plain_list_of_fields_is_compared_whole() {
        // Formatting alone: a comment, or the order of fields.
        assert_eq!(cut("# A comment\n", ""), None);
        assert_eq!(cut("cost: 900.00 EUR\ntags:\n- a\n- b\n", "tags:\n- a\n- b\ncost: 900.00 EUR\n"), None);
        for text in
            ["\"cost\": 1\n", "? cost\n: 1\n", "{cost: 1}\n", "<<: *all\n", "--- \n", "cost: 1\r", "cost:1\n"]
        {
            assert_eq!(cut("cost: 900.00 EUR\n", text), None, "{text:?}");
        }
        assert_eq!(excerpts("id: a\n", "id: a", |_, _| false), None);
        // An empty text would be no record.
        assert_eq!(excerpts("id: a\n", "id: a\nfee: 1\n", |_, _| false), None);
    }
}
