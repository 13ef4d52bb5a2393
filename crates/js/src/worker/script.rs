//! Where scripts of workers are, and their text.

use std::path::Path;

use url::Url;

use crate::access::Access;
use crate::{loader, web};

/// The URL of a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Location(String);

impl Location {
    /// That of a file.
    pub(crate) fn file(path: &str) -> Self {
        Self(loader::file_url(path))
    }

    /// What `url` means at this location, or `None` if it means nothing.
    pub(crate) fn join(&self, url: &str) -> Option<Self> {
        let base = Url::parse(&self.0).ok();
        let url = Url::options().base_url(base.as_ref()).parse(url).ok()?;
        Some(Self(url.into()))
    }

    /// The URL.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What the script is called in messages, and relative to which it names others: the path of a file, else the URL.
    pub(crate) fn script_name(&self) -> String {
        match Url::parse(&self.0) {
            Ok(url) if url.scheme() == "file" => loader::unescape(url.path()),
            _ => self.0.clone(),
        }
    }
}

/// Reads the text of a script. Once it `is_over` nobody waits for a network any more.
pub(crate) fn read_script(
    access: &Access,
    location: &Location,
    is_over: &dyn Fn() -> bool,
) -> Result<String, String> {
    let mut url = Url::parse(&location.0).map_err(|error| error.to_string())?;
    url.set_fragment(None);
    let bytes = match url.scheme() {
        "file" => return loader::read_text(access, Path::new(&location.script_name())),
        "data" => {
            web::decode_data(url.as_str())
                .ok_or("the data: URL is malformed")?
                .0
        }
        "blob" => {
            let blob = web::find_blob(url.as_str()).ok_or("there is no such blob")?;
            blob.bytes.to_vec()
        }
        "http" | "https" => web::fetch_script(access, url, is_over)?,
        scheme => {
            return Err(format!(
                "scripts of workers cannot come from {scheme}: URLs"
            ));
        }
    };
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_joined() {
        let base = Location::file("/a b/main.js");
        let join = |url| base.join(url).map(|joined| joined.0);
        assert_eq!(join("w.js?x#y").unwrap(), "file:///a%20b/w.js?x#y");
        assert_eq!(join("../w.js").unwrap(), "file:///w.js");
        assert_eq!(join("data:,x").unwrap(), "data:,x");
        assert_eq!(base.join("w.js?x").unwrap().script_name(), "/a b/w.js");
        let data = base.join("data:,x").unwrap();
        assert!(data.join("w.js").is_none());
        assert!(Location::file("no path").join("w.js").is_none());
    }

    #[test]
    fn texts_come_from_data_too() {
        let read = |url: &str| read_script(&Access::default(), &Location(url.into()), &|| false);
        assert_eq!(read("data:text/javascript,a%20b,c#d").unwrap(), "a b,c");
        assert!(read("data:nothing").is_err());
        assert!(read("blob:null/none").is_err());
        assert!(read("ftp://localhost/").is_err());
    }
}
