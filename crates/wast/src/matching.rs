//! Whether a result is one that the script allows.
//!
//! Floats are compared by bits; a NaN may be given as a pattern, because the specification leaves
//! part of its payload open (§ 4.3.3).

use wast::WastRet;
use wast::core::{NanPattern, V128Pattern, WastRetCore};
use wast::token::{F32, F64};
use weft::{ExternRef, HeapType, Store, Val, bail, format_err};

use crate::values::top;

/// Checks all results of an action.
pub(crate) fn results(
    store: &mut Store<()>,
    actual: &[Val],
    expected: &[WastRet<'_>],
) -> weft::Result<()> {
    if actual.len() != expected.len() {
        bail!(
            "expected {} results, got {}: {actual:?}",
            expected.len(),
            actual.len()
        );
    }
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        let WastRet::Core(expected) = expected else {
            bail!("results of components are not supported");
        };
        if !matches(store, actual, expected) {
            return Err(mismatch(index, actual, expected));
        }
    }
    Ok(())
}

fn mismatch(index: usize, actual: &Val, expected: &WastRetCore<'_>) -> weft::Error {
    let shown = match actual {
        Val::F32(bits) => format!("f32 {} ({bits:#010x})", f32::from_bits(*bits)),
        Val::F64(bits) => format!("f64 {} ({bits:#018x})", f64::from_bits(*bits)),
        Val::V128(bits) => format!("v128 {:#034x}", bits.as_u128()),
        other => format!("{other:?}"),
    };
    format_err!("result {index}: expected {expected:?}, got {shown}")
}

/// Whether `actual` is allowed by `expected`.
fn matches(store: &mut Store<()>, actual: &Val, expected: &WastRetCore<'_>) -> bool {
    match (expected, actual) {
        (WastRetCore::Either(cases), _) => cases.iter().any(|case| matches(store, actual, case)),
        (WastRetCore::I32(expected), Val::I32(actual)) => expected == actual,
        (WastRetCore::I64(expected), Val::I64(actual)) => expected == actual,
        (WastRetCore::F32(expected), Val::F32(actual)) => matches_f32(*actual, expected),
        (WastRetCore::F64(expected), Val::F64(actual)) => matches_f64(*actual, expected),
        (WastRetCore::V128(expected), Val::V128(actual)) => {
            matches_v128(actual.as_u128(), expected)
        }
        _ => matches_reference(store, actual, expected),
    }
}

fn matches_reference(store: &mut Store<()>, actual: &Val, expected: &WastRetCore<'_>) -> bool {
    match (expected, actual) {
        (WastRetCore::RefNull(heap), actual) => is_null(actual, heap.as_ref()),
        (WastRetCore::RefFunc(_), Val::FuncRef(func)) => func.is_some(),
        (WastRetCore::RefExtern(None), Val::ExternRef(value)) => value.is_some(),
        (WastRetCore::RefExtern(Some(expected)), Val::ExternRef(Some(value))) => {
            let host = value.data(store).ok().flatten();
            host.is_some_and(|host| host.downcast_ref() == Some(expected))
        }
        (WastRetCore::RefHost(expected), Val::AnyRef(Some(value))) => {
            let external = ExternRef::convert_any(&mut *store, *value);
            let host = external.and_then(|external| external.data(store));
            let host = host.ok().flatten();
            host.is_some_and(|host| host.downcast_ref() == Some(expected))
        }
        (expected, Val::AnyRef(Some(value))) => internal(expected)
            .is_some_and(|ty| value.matches_ty(store, &ty).is_ok_and(|matches| matches)),
        _ => false,
    }
}

/// The heap type of the internal references that `expected` allows.
fn internal(expected: &WastRetCore<'_>) -> Option<HeapType> {
    match expected {
        WastRetCore::RefAny => Some(HeapType::Any),
        WastRetCore::RefEq => Some(HeapType::Eq),
        WastRetCore::RefI31 => Some(HeapType::I31),
        WastRetCore::RefStruct => Some(HeapType::Struct),
        WastRetCore::RefArray => Some(HeapType::Array),
        _ => None,
    }
}

/// Whether `actual` is a null, of the hierarchy of `heap` if that is given.
fn is_null(actual: &Val, heap: Option<&wast::core::HeapType<'_>>) -> bool {
    let (is_null, hierarchy) = match actual {
        Val::FuncRef(func) => (func.is_none(), HeapType::Func),
        Val::ExternRef(value) => (value.is_none(), HeapType::Extern),
        Val::AnyRef(value) => (value.is_none(), HeapType::Any),
        Val::ExnRef(value) => (value.is_none(), HeapType::Exn),
        _ => return false,
    };
    is_null && heap.and_then(top).is_none_or(|top| top.matches(&hierarchy))
}

fn matches_f32(actual: u32, expected: &NanPattern<F32>) -> bool {
    match expected {
        NanPattern::CanonicalNan => actual & 0x7fff_ffff == 0x7fc0_0000,
        NanPattern::ArithmeticNan => actual & 0x7fc0_0000 == 0x7fc0_0000,
        NanPattern::Value(value) => actual == value.bits,
    }
}

fn matches_f64(actual: u64, expected: &NanPattern<F64>) -> bool {
    match expected {
        NanPattern::CanonicalNan => actual & 0x7fff_ffff_ffff_ffff == 0x7ff8_0000_0000_0000,
        NanPattern::ArithmeticNan => actual & 0x7ff8_0000_0000_0000 == 0x7ff8_0000_0000_0000,
        NanPattern::Value(value) => actual == value.bits,
    }
}

fn matches_v128(actual: u128, expected: &V128Pattern) -> bool {
    let lanes8 = actual.to_le_bytes();
    let lanes32 = |lane: usize| (actual >> (32 * lane)) as u32;
    let lanes64 = |lane: usize| (actual >> (64 * lane)) as u64;
    match expected {
        V128Pattern::I8x16(lanes) => lanes8 == lanes.map(|lane| lane as u8),
        V128Pattern::I16x8(lanes) => {
            let lane_of = |lane: usize| (actual >> (16 * lane)) as i16;
            (0..8).all(|lane| lane_of(lane) == lanes[lane])
        }
        V128Pattern::I32x4(lanes) => (0..4).all(|lane| lanes32(lane) as i32 == lanes[lane]),
        V128Pattern::I64x2(lanes) => (0..2).all(|lane| lanes64(lane) as i64 == lanes[lane]),
        V128Pattern::F32x4(lanes) => (0..4).all(|lane| matches_f32(lanes32(lane), &lanes[lane])),
        V128Pattern::F64x2(lanes) => (0..2).all(|lane| matches_f64(lanes64(lane), &lanes[lane])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_nans_have_one_payload_bit() {
        for (bits, canonical, arithmetic) in [
            (0x7fc0_0000, true, true),
            (0xffc0_0000, true, true),
            (0x7fc0_0001, false, true),
            (0x7fa0_0000, false, false),
            (0x7f80_0000, false, false),
        ] {
            assert_eq!(matches_f32(bits, &NanPattern::CanonicalNan), canonical);
            assert_eq!(matches_f32(bits, &NanPattern::ArithmeticNan), arithmetic);
        }
        assert!(matches_f64(
            0x7ff8_0000_0000_0000,
            &NanPattern::CanonicalNan
        ));
        assert!(!matches_f64(
            0x7ff0_0000_0000_0001,
            &NanPattern::ArithmeticNan
        ));
    }

    #[test]
    fn vectors_are_compared_lane_by_lane() {
        let value = u128::from_le_bytes(std::array::from_fn(|index| index as u8));
        let bytes = std::array::from_fn(|index| index as i8);
        assert!(matches_v128(value, &V128Pattern::I8x16(bytes)));
        assert!(matches_v128(
            value,
            &V128Pattern::I64x2([0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908])
        ));
        assert!(!matches_v128(value, &V128Pattern::I16x8([0; 8])));
    }
}
