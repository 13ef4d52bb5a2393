//! `TextEncoder` and `TextDecoder` (the Encoding standard), which glue code takes for granted.

use std::cell::RefCell;
use std::ffi::CStr;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use crate::buffer_source;
use crate::idl::{Api, Interface};
use crate::quickjs::{Attributes, Call, Class, JsResult, Key, Trace, Value};

pub(super) fn install(global: &Value<'_>) -> JsResult<()> {
    let context = global.context();
    Interface::new(context, "TextEncoder", 0, new_encoder)?
        .method("encode", 0, encode)?
        .method("encodeInto", 2, encode_into)?
        .getter("encoding", |call| {
            Api("TextEncoder.encoding").receiver::<TextEncoder>(call)?;
            call.context().string("utf-8")
        })?
        .install(global, "TextEncoder")?;
    Interface::new(context, "TextDecoder", 0, new_decoder)?
        .method("decode", 0, decode)?
        .getter("encoding", |call| {
            let this = Api("TextDecoder.encoding").receiver::<TextDecoder>(call)?;
            let name = this.encoding.name().to_ascii_lowercase();
            call.context().string(&name)
        })?
        .getter("fatal", |call| {
            let this = Api("TextDecoder.fatal").receiver::<TextDecoder>(call)?;
            Ok(call.context().boolean(this.fatal))
        })?
        .getter("ignoreBOM", |call| {
            let this = Api("TextDecoder.ignoreBOM").receiver::<TextDecoder>(call)?;
            Ok(call.context().boolean(this.ignore_bom))
        })?
        .install(global, "TextDecoder")
        .map(drop)
}

/// A `TextEncoder`, which has no state.
struct TextEncoder;

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for TextEncoder {}

impl Class for TextEncoder {
    const NAME: &'static CStr = c"TextEncoder";
}

/// A `TextDecoder`.
struct TextDecoder {
    encoding: &'static Encoding,
    fatal: bool,
    ignore_bom: bool,
    /// The decoder of a stream that has not ended.
    stream: RefCell<Option<Decoder>>,
}

// SAFETY: it holds nothing of JavaScript.
unsafe impl Trace for TextDecoder {}

impl Class for TextDecoder {
    const NAME: &'static CStr = c"TextDecoder";
}

/// An instance whose prototype is what its new target says.
fn instance<'js, T: Class>(call: &Call<'js>, name: &str, value: T) -> JsResult<Value<'js>> {
    let context = call.context();
    let prototype = call.this().get(Key::Name("prototype"))?;
    if prototype.is_object() {
        return context.instance(&prototype, value);
    }
    let class = context.global().get(Key::Name(name))?;
    context.instance(&class.get(Key::Name("prototype"))?, value)
}

fn new_encoder<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    instance(call, "TextEncoder", TextEncoder)
}

/// `encode(input)`.
fn encode<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    Api("TextEncoder.encode()").receiver::<TextEncoder>(call)?;
    let input = call.argument(0);
    let text = match input.is_undefined() {
        true => String::new(),
        false => input.to_text()?,
    };
    call.context().uint8_array(text.as_bytes())
}

/// `encodeInto(source, destination)`: as many whole characters as there is room for.
fn encode_into<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("TextEncoder.encodeInto()");
    let context = call.context();
    API.receiver::<TextEncoder>(call)?;
    API.require(call, 2)?;
    let source = call.argument(0).to_text()?;
    let destination = call.argument(1);
    if !destination.is_uint8_array() {
        return Err(API.type_error(context, "Argument 1 must be a Uint8Array"));
    }
    let room = buffer_source::room(&destination)?;
    let part = &source[..source.floor_char_boundary(room)];
    let written = buffer_source::write(&destination, part.as_bytes())?;
    let read = part.encode_utf16().count();
    let result = context.object()?;
    for (name, number) in [("read", read), ("written", written)] {
        result.define(
            Key::Name(name),
            context.number(number as f64),
            Attributes::ALL,
        )?;
    }
    Ok(result)
}

/// `new TextDecoder(label, options)`.
fn new_decoder<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("TextDecoder()");
    let context = call.context();
    let label = call.argument(0);
    let encoding = match label.is_undefined() {
        true => UTF_8,
        false => {
            let label = label.to_text()?;
            match Encoding::for_label_no_replacement(label.as_bytes()) {
                Some(encoding) => encoding,
                None => {
                    let message = format!("the encoding '{label}' is not known");
                    return Err(API.range_error(context, &message));
                }
            }
        }
    };
    let decoder = TextDecoder {
        encoding,
        fatal: option(API, call, "fatal")?,
        ignore_bom: option(API, call, "ignoreBOM")?,
        stream: RefCell::new(None),
    };
    instance(call, "TextDecoder", decoder)
}

/// A boolean of the dictionary that is the second argument.
fn option(api: Api, call: &Call<'_>, name: &str) -> JsResult<bool> {
    let options = call.argument(1);
    if options.is_undefined() || options.is_null() {
        return Ok(false);
    }
    if !options.is_object() {
        return Err(api.type_error(call.context(), "the options are not an object"));
    }
    Ok(options.get(Key::Name(name))?.to_boolean())
}

/// `decode(input, options)`.
fn decode<'js>(call: &Call<'js>) -> JsResult<Value<'js>> {
    const API: Api = Api("TextDecoder.decode()");
    let context = call.context();
    let this = API.receiver::<TextDecoder>(call)?;
    let input = call.argument(0);
    // Before the options, of which a getter may do something to the input.
    if !input.is_undefined() && !buffer_source::is_one(&input) {
        return Err(API.type_error(context, "Argument 0 must be a buffer source"));
    }
    let stream = option(API, call, "stream")?;
    let bytes = match input.is_undefined() {
        true => Vec::new(),
        false => buffer_source::copy(API, &input)?,
    };
    let mut decoder = this.stream.take().unwrap_or_else(|| this.decoder());
    let decoded = this.run(&mut decoder, &bytes, !stream);
    if stream && decoded.is_some() {
        this.stream.replace(Some(decoder));
    }
    match decoded {
        Some(units) => context.string_utf16(&units),
        None => Err(API.type_error(context, "the encoded data was not valid")),
    }
}

impl TextDecoder {
    fn decoder(&self) -> Decoder {
        match self.ignore_bom {
            true => self.encoding.new_decoder_without_bom_handling(),
            false => self.encoding.new_decoder_with_bom_removal(),
        }
    }

    /// The code units of `bytes`; `None` for what is malformed, where that is fatal.
    fn run(&self, decoder: &mut Decoder, bytes: &[u8], last: bool) -> Option<Vec<u16>> {
        let room = decoder.max_utf16_buffer_length(bytes.len())?;
        let mut units = vec![0; room];
        let written = match self.fatal {
            false => decoder.decode_to_utf16(bytes, &mut units, last).2,
            true => match decoder.decode_to_utf16_without_replacement(bytes, &mut units, last) {
                (DecoderResult::InputEmpty, _, written) => written,
                _ => return None,
            },
        };
        units.truncate(written);
        Some(units)
    }
}
