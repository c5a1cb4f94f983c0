// Writes src/Microsoft.ML.RevRnn.Engine/Text/Normalization.txt, what UAX 15 needs to know of each character, from the Unicode data of the Node.js that runs it:
//     node eng/unicode.mjs > src/Microsoft.ML.RevRnn.Engine/Text/Normalization.txt
// Hangul syllables are left out: their decomposition is arithmetic.
const lines = [`# Unicode ${process.versions.unicode}, written by eng/unicode.mjs. Code points in hexadecimal.`];
const runes = function* () {
  for (let value = 0; value < 0x110000; value++)
    if ((value < 0xD800 || value > 0xDFFF) && (value < 0xAC00 || value > 0xD7A3)) yield value;
};
const text = value => String.fromCodePoint(value);
const hex = value => value.toString(16).toUpperCase();
const points = string => [...string].map(character => hex(character.codePointAt(0))).join(' ');
const section = (name, entries) => {
  lines.push(`[${name}]`);
  let line = '';
  for (const entry of entries) {
    if (line.length + entry.length > 158) {
      lines.push(line);
      line = '';
    }
    line += (line ? ';' : '') + entry;
  }
  lines.push(line);
};

// JavaScript does not tell combining classes, but normalization orders by them: each mark is compared with one of each class.
const classes = Object.entries({
  1: 0x334, 6: 0x16FF0, 7: 0x93C, 8: 0x3099, 9: 0x94D, 10: 0x5B0, 11: 0x5B1, 12: 0x5B2, 13: 0x5B3, 14: 0x5B4, 15: 0x5B5, 16: 0x5B6, 17: 0x5B7, 18: 0x5B8, 19: 0x5B9,
  20: 0x5BB, 21: 0x5BC, 22: 0x5BD, 23: 0x5BF, 24: 0x5C1, 25: 0x5C2, 26: 0xFB1E, 27: 0x64B, 28: 0x64C, 29: 0x64D, 30: 0x64E, 31: 0x64F, 32: 0x650, 33: 0x651, 34: 0x652,
  35: 0x670, 36: 0x711, 84: 0xC55, 91: 0xC56, 103: 0xE38, 107: 0xE48, 118: 0xEB8, 122: 0xEC8, 129: 0xF71, 130: 0xF72, 132: 0xF74, 202: 0x321, 214: 0x1DCE, 216: 0x31B,
  218: 0x302A, 220: 0x316, 222: 0x59A, 224: 0x302E, 226: 0x1D16D, 228: 0x5AE, 230: 0x300, 232: 0x315, 233: 0x35C, 234: 0x35D, 240: 0x345,
});
const swaps = (first, second) => first !== second && (text(first) + text(second)).normalize('NFD') === text(second) + text(first);
const classOf = mark => {
  if (text(mark).normalize('NFD') !== text(mark)) return 0;
  const beyond = classes.filter(([, other]) => swaps(other, mark)).map(([number]) => +number);
  const before = classes.filter(([, other]) => swaps(mark, other)).map(([number]) => +number);
  if (!beyond.length && !before.length) return 0;
  const equal = classes.map(([number]) => +number).filter(number => !beyond.includes(number) && !before.includes(number));
  if (equal.length !== 1) throw new Error(`U+${hex(mark)} is of a class that is not listed.`);
  return equal[0];
};
const ranges = [];
for (const value of runes()) {
  const number = classOf(value);
  if (number === 0) continue;
  const last = ranges.at(-1);
  if (last && last.number === number && last.end === value - 1) last.end = value;
  else ranges.push({ number, start: value, end: value });
}
section('classes', ranges.map(({ number, start, end }) => `${hex(start)} ${hex(end)} ${hex(number)}`));

const canonical = [...runes()].filter(value => text(value).normalize('NFD') !== text(value));
const isComposite = value => text(value).normalize('NFC') === text(value);
section('composites', canonical.filter(isComposite).map(value => `${hex(value)} ${points(text(value).normalize('NFD'))}`));
section('canonical', canonical.filter(value => !isComposite(value)).map(value => `${hex(value)} ${points(text(value).normalize('NFD'))}`));
const compatible = [...runes()].filter(value => text(value).normalize('NFKD') !== text(value).normalize('NFD'));
section('compatibility', compatible.map(value => `${hex(value)} ${points(text(value).normalize('NFKD'))}`));
console.log(lines.join('\n'));
