// A photo's bytes, read whole when it is chosen: a file of the camera may be gone when there is a signal again.
"use strict";

(function (x) {
  const MOST_BYTES = 25_000_000; // the server takes no more

  const ascii = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, to));

  // What the bytes are, whatever their name says; null for what is no photo that the server reads.
  function typeOf(bytes) {
    if (bytes[0] === 0xff && bytes[1] === 0xd8) {
      return "image/jpeg";
    }
    if (ascii(bytes, 1, 4) === "PNG") {
      return "image/png";
    }
    if (ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP") {
      return "image/webp";
    }
    const brand = ascii(bytes, 4, 8) === "ftyp" ? ascii(bytes, 8, 12) : "";
    return ["heic", "heix", "hevc", "mif1", "msf1", "heim", "heis"].includes(brand) ? "image/heic" : null;
  }

  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  // {key, bytes, type, sha256}; rejects with a sentence for people.
  async function read(file) {
    if (file.size > MOST_BYTES) {
      throw new x.Told(x.say("photo_too_large", { mb: Math.round(file.size / 1e6), most: MOST_BYTES / 1e6 }));
    }
    let bytes;
    try {
      bytes = await file.arrayBuffer();
    } catch {
      throw new x.Told(x.say("photo_unreadable"));
    }
    const type = typeOf(new Uint8Array(bytes));
    if (type === null) {
      throw new x.Told(x.say("photo_wrong_type"));
    }
    return { key: x.outbox.uuid(), bytes, type, sha256: hex(await crypto.subtle.digest("SHA-256", bytes)) };
  }

  // An error whose text is a sentence for people.
  x.Told = class extends Error {};
  x.photoBytes = { read, typeOf };
})(globalThis.xunjie);
