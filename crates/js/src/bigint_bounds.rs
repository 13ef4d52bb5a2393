//! The test that Emscripten's glue makes of every 64-bit number it gets, for an engine that answers it wrongly.
//!
//! `x < -9007199254740992 || x > 9007199254740992 ? NaN : Number(x)` is NaN in QuickJS for `-1n`, and a number for `-(2n ** 60n)`: of a
//! negative bigint and a negative number that is no 32-bit integer it compares the magnitudes, and forgets the sign.
//! `fseek(file, -1, SEEK_END)` would fail. No value can be given another way to make that comparison right, so such a text is written
//! anew, on the same lines: whatever it finds, it then compares a bigint with a bigint. What is in a string is written anew too, which is right for the code of a worker.
//! Code that a script puts together for `eval` or `Function` is not seen here.

/// What texts with that test have besides, the bound.
const BOUND: &str = "9007199254740992";

/// The text with tests that hold for bigints, if it has some to write anew.
pub(crate) fn rewrite(source: &str) -> Option<String> {
    if !source.contains(BOUND) {
        return None;
    }
    let mut text = String::new();
    let mut done = 0;
    for (at, nan) in source.match_indices("NaN") {
        let end = at + nan.len();
        let Some(x) = tested(&source[..at], &source[end..]) else {
            continue;
        };
        let colon = end + source[end..].find(':').unwrap_or_default() + 1;
        let is = format!("typeof {x}==\"bigint\"&&{x}");
        text.push_str(&source[done..at]);
        text.push_str(&format!("({is}<0n&&{x}>=-{BOUND}n?Number({x}):NaN)"));
        text.push_str(&source[end..colon]);
        text.push_str(&format!("{is}<-{BOUND}n?NaN:"));
        done = colon;
    }
    (done > 0).then(|| text + &source[done..])
}

/// The variable that is tested, when `… || x > bound ?` or `… || bound < x ?` is before NaN, and `: Number(x)` after it.
fn tested<'a>(before: &str, after: &'a str) -> Option<&'a str> {
    let after = skip(after, ":")?;
    let after = skip(after, "Number")?;
    let after = skip(after, "(")?.trim_start();
    let (x, after) = after.split_at(after.find(|next| !is_part(next))?);
    skip(after, ")")?;
    let before = skip_back(before, "?")?;
    let before = skip_back(before, ")").unwrap_or(before);
    let (before, right) = split_word(before);
    let (before, left) = match skip_back(before, ">") {
        Some(before) => split_word(before),
        None => split_word(skip_back(before, "<")?),
    };
    skip_back(before, "||")?;
    (!x.is_empty() && (left == x || right == x)).then_some(x)
}

fn skip<'a>(text: &'a str, part: &str) -> Option<&'a str> {
    text.trim_start().strip_prefix(part)
}

fn skip_back<'a>(text: &'a str, part: &str) -> Option<&'a str> {
    text.trim_end().strip_suffix(part)
}

/// The text, and the word that it ends with.
fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_end();
    text.split_at(text.trim_end_matches(is_part).len())
}

fn is_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '$')
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    #[test]
    fn tests_of_the_bounds_are_written_anew() {
        for (text, name) in [
            (
                "var a=n=>n<-9007199254740992||n>9007199254740992?NaN:Number(n);",
                "n",
            ),
            (
                "a=-9007199254740992>a||9007199254740992<a?NaN:Number(a);",
                "a",
            ),
            (
                "const MAX = 9007199254740992;\nf = (num) => (num < MIN || num > MAX)\n ? NaN\n : Number(num);",
                "num",
            ),
            (
                "e=($i=e)<-9007199254740992||$i>9007199254740992?NaN:Number($i)",
                "$i",
            ),
        ] {
            let is = format!("typeof {name}==\"bigint\"&&{name}");
            let expected = text
                .replace(':', &format!(":{is}<-9007199254740992n?NIL:"))
                .replace(
                    "NaN",
                    &format!("({is}<0n&&{name}>=-9007199254740992n?Number({name}):NaN)"),
                )
                .replace("NIL", "NaN");
            assert_eq!(rewrite(text), Some(expected));
        }
    }

    #[test]
    fn what_only_looks_alike_stays() {
        for text in [
            "n<MIN||n>MAX?NaN:Number(n)",
            "9007199254740992; NaN",
            "9007199254740992; n<MIN?NaN:Number(n)",
            "9007199254740992; m<MIN||m>MAX?NaN:Number(n)",
            "9007199254740992; n<MIN||n>MAX?NaN:Number(n+1)",
            "9007199254740992; n<MIN||n>MAX?1:Number(n)",
            "9007199254740992; ? NaN : Number(",
            "9007199254740992; ||>?NaN:Number()",
        ] {
            assert_eq!(rewrite(text), None, "{text}");
        }
    }
}
