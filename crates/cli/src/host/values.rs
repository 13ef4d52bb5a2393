//! Arguments and results of `--invoke` as text.

use std::fmt::Write as _;

use weft::{FuncType, Result, Val, ValType};

use crate::exit::{usage, with_hint};

/// The arguments `texts` for the function `name` of type `ty`.
///
/// # Errors
/// When there are too few or too many, or one is not of its type.
pub(crate) fn parse_args(name: &str, ty: &FuncType, texts: &[&str]) -> Result<Vec<Val>> {
    let params: Vec<ValType> = ty.params().collect();
    if params.len() != texts.len() {
        let error = usage(format!(
            "`{name}` takes {}, but {} given",
            count(params.len(), "argument"),
            match texts.len() {
                1 => "1 was".to_string(),
                other => format!("{other} were"),
            }
        ));
        return Err(with_hint(error, format!("its type is {}", show_type(ty))));
    }
    std::iter::zip(&params, texts)
        .map(|(ty, text)| parse(text, ty))
        .collect()
}

fn count(number: usize, noun: &str) -> String {
    match number {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

fn parse(text: &str, ty: &ValType) -> Result<Val> {
    let value = match ty {
        ValType::I32 => parse_int(text, 32).map(|bits| Val::I32(bits as i32)),
        ValType::I64 => parse_int(text, 64).map(|bits| Val::I64(bits as i64)),
        ValType::V128 => parse_int(text, 128).map(|bits| Val::V128(bits.into())),
        ValType::F32 => text
            .parse()
            .ok()
            .map(|value: f32| Val::F32(value.to_bits())),
        ValType::F64 => text
            .parse()
            .ok()
            .map(|value: f64| Val::F64(value.to_bits())),
        ValType::Ref(ty) if text == "null" && ty.is_nullable() => {
            Some(Val::null_ref(ty.heap_type()))
        }
        ValType::Ref(_) => None,
    };
    value.ok_or_else(|| usage(format!("`{text}` is not a value of type {ty}")))
}

/// An integer of `bits` bits, signed or unsigned, decimal or hexadecimal, as its bits.
fn parse_int(text: &str, bits: u32) -> Option<u128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.starts_with(['+', '-', '_']) {
        return None;
    }
    let digits = digits.replace('_', "");
    let magnitude = match digits.strip_prefix("0x") {
        Some(hex) => u128::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    let largest = match negative {
        true => 1 << (bits - 1),
        false => u128::MAX >> (128 - bits),
    };
    (magnitude <= largest).then_some(match negative {
        true => magnitude.wrapping_neg(),
        false => magnitude,
    })
}

/// The results, one a line.
pub(crate) fn show_results(results: &[Val]) -> String {
    let mut text = String::new();
    for value in results {
        // Writing to a string cannot fail.
        let _ = match value {
            Val::I32(value) => writeln!(text, "{value}"),
            Val::I64(value) => writeln!(text, "{value}"),
            Val::F32(bits) => writeln!(text, "{}", f32::from_bits(*bits)),
            Val::F64(bits) => writeln!(text, "{}", f64::from_bits(*bits)),
            Val::V128(value) => writeln!(text, "{:#034x}", value.as_u128()),
            Val::FuncRef(None) | Val::ExternRef(None) | Val::AnyRef(None) | Val::ExnRef(None) => {
                writeln!(text, "null")
            }
            Val::FuncRef(_) => writeln!(text, "<function>"),
            Val::ExternRef(_) => writeln!(text, "<extern reference>"),
            _ => writeln!(text, "<reference>"),
        };
    }
    text
}

/// A function type as `(i32, i32) -> i32`.
pub(crate) fn show_type(ty: &FuncType) -> String {
    let list = |types: Vec<ValType>| {
        let names: Vec<String> = types.iter().map(ToString::to_string).collect();
        names.join(", ")
    };
    let results: Vec<ValType> = ty.results().collect();
    let params = list(ty.params().collect());
    match results.len() {
        0 => format!("({params})"),
        1 => format!("({params}) -> {}", list(results)),
        _ => format!("({params}) -> ({})", list(results)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_signed_or_unsigned() {
        assert_eq!(parse_int("4294967295", 32), Some(0xffff_ffff));
        assert_eq!(parse_int("4294967296", 32), None);
        assert_eq!(
            parse_int("-2147483648", 32).map(|v| v as i32),
            Some(i32::MIN)
        );
        assert_eq!(parse_int("-2147483649", 32), None);
        assert_eq!(parse_int("0xff", 64), Some(255));
        assert_eq!(parse_int("-0x1", 64).map(|v| v as i64), Some(-1));
        assert_eq!(parse_int("1_000", 32), Some(1000));
        assert_eq!(
            parse_int("340282366920938463463374607431768211455", 128),
            Some(u128::MAX)
        );
        for wrong in ["", "-", "--1", "1.0", "abc", "0x", "+-1"] {
            assert_eq!(parse_int(wrong, 32), None, "{wrong}");
        }
    }

    #[test]
    fn floats_have_names_for_the_special_ones() {
        for text in ["1.5", "-inf", "NaN", "1e300"] {
            assert!(parse(text, &ValType::F64).is_ok(), "{text}");
        }
        assert!(parse("one", &ValType::F32).is_err());
    }

    #[test]
    fn results_stand_one_a_line() {
        let shown = show_results(&[
            Val::I32(-1),
            Val::F64(0.5_f64.to_bits()),
            Val::FuncRef(None),
        ]);
        assert_eq!(shown, "-1\n0.5\nnull\n");
    }
}
