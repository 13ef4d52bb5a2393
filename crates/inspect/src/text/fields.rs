//! Parses a large module on several threads, if its text is laid out as printers do: each function begins on a line of its own.
//!
//! The text is cut before such lines, and each piece is parsed as fields of a module (§ 6.6.14). A place within a string, a
//! comment or a field is no place to cut; but then the piece before it is not whole and cannot be parsed. So where all pieces are
//! parsed, their fields are those of the text. Where one is not, nothing is said: whoever parses the text as a whole words the error.

use wast::Wat;
use wast::core::{Module, ModuleField, ModuleKind};
use wast::parser::{self, ParseBuffer};

use super::{STACK, buffer};

/// How functions begin that a text can be cut before.
const FUNCTION: &str = "\n  (func ";

/// A text in pieces.
pub(super) struct Pieces<'t> {
    /// A module without fields that begins as the text does.
    head: String,
    /// Its fields.
    fields: Vec<&'t str>,
}

impl<'t> Pieces<'t> {
    /// Cuts `text` into about `count` pieces. `None` when it is not laid out for it.
    pub(super) fn cut(text: &'t str, count: usize) -> Option<Self> {
        let start = 1 + text.find('(')?;
        let start = start + text[start..].find('(')?;
        let end = text.trim_ascii_end().strip_suffix(')')?.len();
        let last_line = &text[text[..end].rfind('\n')?..end];
        // In a comment the last parenthesis would not close the module.
        if last_line.contains(";;") {
            return None;
        }
        let mut left = text.get(start..end)?;
        let length = left.len() / count + 1;
        let mut fields = Vec::new();
        while left.len() > length
            && let middle = left.floor_char_boundary(length)
            && let Some(cut) = left[middle..].find(FUNCTION)
        {
            let (piece, rest) = left.split_at(middle + cut);
            fields.push(piece);
            left = rest;
        }
        fields.push(left);
        Some(Self {
            head: format!("{})", &text[..start]),
            fields,
        })
    }

    /// The binary module; `None` when it cannot be parsed or encoded so.
    pub(super) fn encode(&self) -> Option<Vec<u8>> {
        let head = buffer(&self.head).ok()?;
        let fields = self.fields.iter().map(|piece| buffer(piece));
        let mut fields: Vec<_> = fields.collect::<Result<_, _>>().ok()?;
        let mut module = match parser::parse::<Wat<'_>>(&head).ok()? {
            Wat::Module(module) if matches!(&module.kind, ModuleKind::Text(none) if none.is_empty()) => {
                module
            }
            _ => return None,
        };
        module.kind = ModuleKind::Text(parse_all(&mut fields)?);
        module.encode().ok()
    }
}

/// The fields of all pieces in order, each parsed on a thread of its own.
fn parse_all<'a>(pieces: &'a mut [ParseBuffer<'_>]) -> Option<Vec<ModuleField<'a>>> {
    std::thread::scope(|scope| {
        let spawn = |piece: &'a mut _| {
            let parser = std::thread::Builder::new().stack_size(STACK);
            parser.spawn_scoped(scope, move || fields(piece)).ok()
        };
        let parsing: Vec<_> = pieces.iter_mut().map(spawn).collect::<Option<_>>()?;
        let parsed: Vec<_> = parsing
            .into_iter()
            .map(|parser| parser.join())
            .collect::<Result<Option<_>, _>>()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Some(parsed.into_iter().flatten().collect())
    })
}

/// The fields that a piece consists of.
fn fields<'a>(piece: &'a ParseBuffer<'_>) -> Option<Vec<ModuleField<'a>>> {
    match parser::parse::<Wat<'a>>(piece).ok()? {
        // What says that it is a module begins with its name; here it would be a field that is none.
        Wat::Module(Module {
            kind: ModuleKind::Text(fields),
            span,
            ..
        }) if span.offset() == 0 => Some(fields),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse;

    /// What is cut into three and parsed so.
    fn in_pieces(text: &str) -> Option<Vec<u8>> {
        Pieces::cut(text, 3)?.encode()
    }

    /// Functions that call each other, one a line.
    fn functions() -> String {
        (0..30)
            .map(|i| {
                format!(
                    "\n  (func $f{i} (param i32) (result i32)\n    local.get 0\n    call $f{})",
                    29 - i
                )
            })
            .collect()
    }

    #[test]
    fn pieces_give_the_module_of_the_whole() {
        let functions = functions();
        for (head, tail) in [
            ("(module", ")"),
            ("(module $name", "\n)\n"),
            (
                "(module (; a ( comment ;) ;; and another (\n",
                "\n  (memory 1) (data \"x\"))",
            ),
            (
                "\n ;; a comment\n(module\n  (import \"m\" \"f\" (func))",
                "\n  (@custom \"a\" \"b\"))",
            ),
        ] {
            let text = format!("{head}{functions}{tail}");
            let pieces = Pieces::cut(&text, 3);
            assert!(
                pieces.is_some_and(|pieces| pieces.fields.len() == 3),
                "{head}"
            );
            let whole = parse(text.as_bytes(), None, None).unwrap();
            assert_eq!(in_pieces(&text), Some(whole), "{head}");
        }
    }

    #[test]
    fn what_is_no_place_to_cut_is_found_out() {
        let functions = functions();
        for text in [
            // In comments, and within a field.
            format!("(module\n  (;{functions};)\n)"),
            format!("(module\n  (func (block{functions}))\n)"),
            // Not one module, or one that is not closed.
            format!("(module\n  {functions}) (module)"),
            format!("(module{functions} ;; )"),
            format!("(module{functions}\n  (;)"),
            format!("(module{functions}"),
            format!("(module{functions}))"),
            format!("(module (module){functions})"),
            format!("(module binary{functions})"),
            format!("(component{functions})"),
            format!("(module{functions}\n  (func $f0))"),
            String::new(),
            "(".to_string(),
            "(()".to_string(),
        ] {
            assert_eq!(in_pieces(&text), None, "{text}");
        }
    }
}
