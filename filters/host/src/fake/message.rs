//! What goes in (requests, answers) and what comes out (messages) of the fake.

/// A header map, in order. Names are lower-case; a name may occur more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderList(pub Vec<(String, Vec<u8>)>);

impl HeaderList {
    /// A list of these headers.
    pub fn of(headers: &[(&str, &str)]) -> Self {
        let mut list = Self::default();
        headers.iter().for_each(|(name, value)| list.add(name, value.as_bytes()));
        list
    }

    /// The first value of a header, if it is text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_bytes(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// The first value of a header.
    pub fn get_bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_slice())
    }

    /// Every value of a header, as text.
    pub fn get_all(&self, name: &str) -> Vec<String> {
        let values = self.0.iter().filter(|(key, _)| key == name);
        values.map(|(_, value)| String::from_utf8_lossy(value).into_owned()).collect()
    }

    /// Sets a header to one value.
    pub fn set(&mut self, name: &str, value: &[u8]) {
        self.remove(name);
        self.add(name, value);
    }

    /// Adds a value.
    pub fn add(&mut self, name: &str, value: &[u8]) {
        self.0.push((name.to_ascii_lowercase(), value.to_vec()));
    }

    /// Removes every value of a header.
    pub fn remove(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        self.0.retain(|(key, _)| *key != name);
    }
}

/// What one side sends, and how the network cuts it.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// The header map, pseudo headers included.
    pub headers: HeaderList,
    /// The body in the chunks the filter is to see.
    pub chunks: Vec<Vec<u8>>,
    /// Trailers; with them no body callback sees the end of the stream.
    pub trailers: Option<HeaderList>,
    /// The last chunk ends the stream, as in HTTP/2. Otherwise a body callback of length 0 follows it, as Envoy's
    /// HTTP/1.1 codec does for every body, also one of known length.
    pub end_with_data: bool,
    /// Attributes to be there from now on, by path.
    pub properties: Vec<(Vec<String>, Vec<u8>)>,
}

macro_rules! input {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default)]
        pub struct $name(pub Input);

        impl $name {
            /// Adds a header.
            pub fn header(mut self, name: &str, value: &str) -> Self {
                self.0.headers.add(name, value.as_bytes());
                self
            }

            /// Sets the body, in one chunk.
            pub fn body(self, body: impl AsRef<[u8]>) -> Self {
                self.chunks([body])
            }

            /// Sets the body, cut into these chunks.
            pub fn chunks<C: AsRef<[u8]>>(mut self, chunks: impl IntoIterator<Item = C>) -> Self {
                self.0.chunks = chunks.into_iter().map(|chunk| chunk.as_ref().to_vec()).collect();
                self
            }

            /// Sets the body, cut into chunks of `size` bytes, the last one shorter. 0 means in one chunk.
            pub fn body_by(self, body: impl AsRef<[u8]>, size: usize) -> Self {
                let body = body.as_ref();
                if size == 0 { self.chunks([body]) } else { self.chunks(body.chunks(size)) }
            }

            /// Ends with trailers.
            pub fn trailers(mut self, trailers: &[(&str, &str)]) -> Self {
                self.0.trailers = Some(HeaderList::of(trailers));
                self
            }

            /// Ends with the last chunk, as HTTP/2 does, not with a body callback of length 0.
            pub fn end_with_data(mut self) -> Self {
                self.0.end_with_data = true;
                self
            }

            /// Makes an attribute of the stream readable from now on.
            pub fn property(mut self, path: &[&str], value: impl AsRef<[u8]>) -> Self {
                let path = path.iter().map(|part| (*part).to_owned()).collect();
                self.0.properties.push((path, value.as_ref().to_vec()));
                self
            }
        }
    };
}

input! {
    /// What the client sends.
    Request
}
input! {
    /// What the provider answers.
    Answer
}

impl Request {
    /// A request with this method and path, to the authority `gateway`.
    pub fn new(method: &str, path: &str) -> Self {
        let headers = [(":authority", "gateway"), (":path", path), (":method", method), (":scheme", "http")];
        Self(Input { headers: HeaderList::of(&headers), ..Input::default() })
    }

    /// A GET.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A POST.
    pub fn post(path: &str) -> Self {
        Self::new("POST", path)
    }

    /// Sets a JSON body in one chunk, with the headers that go with it.
    pub fn json(mut self, body: impl AsRef<[u8]>) -> Self {
        self.0.headers.set("content-type", b"application/json");
        self.0.headers.set("content-length", body.as_ref().len().to_string().as_bytes());
        self.body(body)
    }
}

impl Answer {
    /// An answer with this status.
    pub fn new(status: u16) -> Self {
        let headers = HeaderList::of(&[(":status", &status.to_string())]);
        Self(Input { headers, ..Input::default() })
    }

    /// Sets a JSON body in one chunk, with the headers that go with it.
    pub fn json(mut self, body: impl AsRef<[u8]>) -> Self {
        self.0.headers.set("content-type", b"application/json");
        self.0.headers.set("content-length", body.as_ref().len().to_string().as_bytes());
        self.body(body)
    }
}

/// What one side received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// The header map; empty when nothing arrived.
    pub headers: HeaderList,
    /// The body, in the chunks it was passed on in.
    pub chunks: Vec<Vec<u8>>,
    /// The trailers.
    pub trailers: Option<HeaderList>,
    /// Whether the end arrived.
    pub complete: bool,
}

impl Message {
    /// Whether headers arrived.
    pub fn arrived(&self) -> bool {
        !self.headers.0.is_empty()
    }

    /// `:status`; 0 when nothing arrived.
    pub fn status(&self) -> u16 {
        self.header(":status").and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// The first value of a header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The whole body.
    pub fn body(&self) -> Vec<u8> {
        self.chunks.concat()
    }

    /// The whole body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body()).into_owned()
    }
}
