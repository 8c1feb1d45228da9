//! Text from records, made harmless where it goes.
//!
//! A record's text can hold anything that a colleague, an import or an attacker typed. On a
//! terminal it must not move the cursor, in a spreadsheet it must not compute, in HTML and
//! Markdown it must not become markup, and nowhere may it read differently from what it is.

/// Characters that a reader cannot see, or that reorder what he sees: bidirectional controls,
/// zero-width characters, line separators, fillers, tags. Variation selectors stay, since emoji
/// and East Asian names need them.
pub(super) fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with every control and hidden character written out, such as `\u{202e}`, and line
/// ends and tabs as `\n`, `\r`, `\t`: always a single line that shows what is there.
pub fn terminal(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        push_visible(&mut shown, character);
    }
    shown
}

/// The text with hidden characters written out and everything else as it is.
pub(super) fn reveal_hidden(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) { push_visible(&mut shown, character) } else { shown.push(character) }
    }
    shown
}

pub(super) fn push_visible(shown: &mut String, character: char) {
    match character {
        '\n' | '\r' | '\t' => shown.extend(character.escape_default()),
        _ if character.is_control() || is_hidden(character) => shown.extend(character.escape_unicode()),
        _ => shown.push(character),
    }
}

/// Text inside HTML elements and quoted attributes. Line ends stay: the style sheet shows them.
pub fn html(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            '\n' => shown.push('\n'),
            _ => push_visible(&mut shown, character),
        }
    }
    shown
}

/// Text inside XML's elements and quoted attributes, on one line. Controls, which XML forbids even
/// as references, are written out; the two characters that are none are dropped.
pub fn xml(text: &str) -> String {
    html(&terminal(text)).replace(['\u{fffe}', '\u{ffff}'], "")
}

/// Text inside a line or a table cell of GitHub's Markdown: no markup, no HTML, no link, no
/// formula, no new cell. Line ends become `<br>`.
pub fn markdown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            // In a comment on GitHub a name after `@` would be told of it.
            '@' => shown.push_str("@<!-- -->"),
            '\n' => shown.push_str("<br>"),
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => shown.extend(['\\', character]),
            _ => {
                let mut visible = String::new();
                push_visible(&mut visible, character);
                shown.push_str(&visible.replace('\\', "\\\\"));
            }
        }
    }
    shown
}

/// Text as code in a line of Markdown, outside of tables.
pub fn markdown_code(text: &str) -> String {
    let text = terminal(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Text in a spreadsheet's cell: where it starts like a formula, a leading `'` keeps it text. Only
/// for text; a number must go out as it is, or -3 would stop being a number. Control characters
/// are written out, line ends and tabs stay, and quoting is the CSV writer's work.
pub fn csv_cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len() + 1);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        cell.push('\'');
    }
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => cell.push(character),
            _ => push_visible(&mut cell, character),
        }
    }
    cell
}

/// Finished JSON with the characters written as `\uXXXX` that a serializer leaves raw and a
/// terminal would obey: DEL, C1 controls, hidden characters. They occur only inside strings, so
/// the value stays the same.
pub fn json(serialized: &str) -> String {
    let mut safe = String::with_capacity(serialized.len());
    for character in serialized.chars() {
        let layout = matches!(character, '\n' | '\r' | '\t');
        if (character.is_control() && !layout) || is_hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(character);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_get_nothing_to_obey() {
        assert_eq!(terminal("\u{1b}[31mred\u{9b}0m\u{7f}\tx\r\n"), r"\u{1b}[31mred\u{9b}0m\u{7f}\tx\r\n");
        assert_eq!(terminal("a\u{202e}b\u{200b}c\u{2066}\u{e0041}"), r"a\u{202e}b\u{200b}c\u{2066}\u{e0041}");
        assert_eq!(terminal("Été à 東京 ❤\u{fe0f}"), "Été à 東京 ❤\u{fe0f}");
        let all = (0..=0x10_ffff).filter_map(char::from_u32).collect::<String>();
        assert!(terminal(&all).chars().all(|character| !character.is_control() && !is_hidden(character)));
    }

    #[test]
    fn markup_stays_text() {
        assert_eq!(
            html("<script>alert('x')</script> & \"y\"\u{202e}"),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;\\u{202e}"
        );
        assert_eq!(markdown("a|b <i> [x](y) `c`\nd\\|"), r"a\|b &lt;i&gt; \[x\](y) \`c\`<br>d\\\|");
        assert_eq!(markdown("\u{1b}["), r"\\u{1b}\[");
        assert_eq!(markdown("tell @ada"), "tell @<!-- -->ada");
        assert_eq!(markdown_code("a_b:1"), "`a_b:1`");
        assert_eq!(markdown_code("``a` \u{1b}"), r"``` ``a` \u{1b} ```");
        assert_eq!(xml("<a b=\"c\">\n\u{1}\u{fffe}"), r"&lt;a b=&quot;c&quot;&gt;\n\u{1}");
    }

    #[test]
    fn formulas_stay_text() {
        for text in ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1"] {
            assert!(csv_cell(text).starts_with('\''), "{text:?}");
        }
        assert_eq!(csv_cell("a=1"), "a=1");
        assert_eq!(csv_cell("a\nb\u{1b}"), "a\nb\\u{1b}");
    }

    #[test]
    fn json_keeps_its_value() {
        let text = "\u{7f}\u{85}\u{202e}\u{e0041}\u{1b}é";
        let safe = json(&serde_json::to_string(text).unwrap());
        assert_eq!(safe, r#""\u007f\u0085\u202e\udb40\udc41\u001bé""#);
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
    }
}
