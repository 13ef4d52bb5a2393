//! Modules whose text is in their URL (`data:`), or in a blob of the program (`blob:`). They are called by their URL.

use url::Url;

use crate::quickjs::ModuleSource;
use crate::web;

/// Whether a module of this name is one.
pub(crate) fn is_one(name: &str) -> bool {
    name.starts_with("data:") || name.starts_with("blob:")
}

/// The name of the module that a specifier means, if it is one of these.
pub(crate) fn resolve(specifier: &str) -> Option<String> {
    let url = Url::parse(specifier).ok()?;
    is_one(url.as_str()).then(|| url.into())
}

/// The module of this name, which is imported with the attribute `type` that `kind` says.
///
/// # Errors
/// A message: its type is another, or its blob is gone.
pub(crate) fn load(name: &str, kind: Option<&str>) -> Result<ModuleSource, String> {
    let (bytes, media_type) = read(name)?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    match kind {
        None if web::is_javascript(&media_type) => Ok(ModuleSource::JavaScript(text)),
        None if is_json(&media_type) => Err(format!(
            "Module \"{name}\" needs an import attribute of \"type: json\""
        )),
        Some("json") if is_json(&media_type) => Ok(ModuleSource::Json(text)),
        _ => Err(format!(
            "Unknown module format: {media_type} for URL {name}"
        )),
    }
}

fn read(name: &str) -> Result<(Vec<u8>, String), String> {
    if let Some(blob) = web::find_blob(name) {
        return Ok((blob.bytes.to_vec(), blob.media_type));
    }
    let url = name.split('#').next().unwrap_or_default();
    web::decode_data(url).ok_or_else(|| format!("Cannot find module '{name}'"))
}

/// Whether it is a "JSON MIME type" (MIME Sniffing § 4.6).
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    matches!(&*essence, "application/json" | "text/json") || essence.ends_with("+json")
}
