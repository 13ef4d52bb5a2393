//! `console.table`: rows and columns of text.

use crate::quickjs::{JsResult, Key, Value};

use super::inspect::inspect;

/// The largest table that is drawn, in rows and in columns.
const LARGEST: usize = 1000;

/// A table of `data`, whose rows are its own properties; or `None` if it is none.
pub(super) fn draw(data: &Value<'_>, columns: &Value<'_>) -> Option<String> {
    if !data.is_object() || data.is_callable() {
        return None;
    }
    let context = data.context();
    let cells = cells(data, columns);
    let cells = cells.map_err(|thrown| drop(context.catch(thrown))).ok()?;
    Some(lines(&cells))
}

/// The head and the rows, as text.
fn cells(data: &Value<'_>, columns: &Value<'_>) -> JsResult<Vec<Vec<String>>> {
    const VALUES: &str = "Values";
    let rows: Vec<_> = data.own_keys(false)?.into_iter().take(LARGEST).collect();
    let mut names: Vec<String> = Vec::new();
    let is_chosen = columns.is_array();
    if is_chosen {
        for key in columns.own_keys(false)? {
            names.push(columns.get(Key::Value(&key))?.to_text()?);
        }
    }
    let mut found = Vec::new();
    let mut has_values = false;
    for row in rows {
        let value = data.get(Key::Value(&row))?;
        let mut cells = Vec::new();
        if value.is_object() && !value.is_callable() {
            for key in value.own_keys(false)?.into_iter().take(LARGEST) {
                let name = key.to_text()?;
                if !is_chosen && !names.contains(&name) && names.len() < LARGEST {
                    names.push(name.clone());
                }
                cells.push((name, inspect(&value.get(Key::Value(&key))?)));
            }
        } else {
            has_values = true;
            cells.push((VALUES.to_owned(), inspect(&value)));
        }
        found.push((row.to_text()?, cells));
    }
    if has_values && !is_chosen {
        names.push(VALUES.to_owned());
    }
    let mut head = vec!["(index)".to_owned()];
    head.extend(names.iter().cloned());
    let rows = found.into_iter().map(|(index, cells)| {
        let cell = |name| cells.iter().find(|(of, _)| of == name);
        let mut row = vec![index];
        row.extend(
            names
                .iter()
                .map(|name| cell(name).map_or_else(String::new, |(_, text)| text.clone())),
        );
        row
    });
    Ok(std::iter::once(head).chain(rows).collect())
}

fn lines(cells: &[Vec<String>]) -> String {
    let width = |text: &str| text.chars().count();
    let columns = cells.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            cells
                .iter()
                .map(|row| width(&row[column]) + 2)
                .max()
                .unwrap_or(2)
        })
        .collect();
    let rule = |left: &str, middle: &str, right: &str| {
        let parts: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        format!("{left}{}{right}", parts.join(middle))
    };
    let mut lines = vec![rule("┌", "┬", "┐")];
    for (index, row) in cells.iter().enumerate() {
        let row: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(text, room)| format!(" {text}{}", " ".repeat(room - width(text) - 1)))
            .collect();
        lines.push(format!("│{}│", row.join("│")));
        if index == 0 {
            lines.push(rule("├", "┼", "┤"));
        }
    }
    lines.push(rule("└", "┴", "┘"));
    lines.join("\n")
}
