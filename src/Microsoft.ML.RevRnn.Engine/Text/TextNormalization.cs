namespace Microsoft.ML.RevRnn;

/// <summary>Which ways to write a text with the same characters, or with characters that look the same, are taken for one.</summary>
/// <remarks>
/// <para>
/// Normalization forms are those of UAX 15, of Unicode 17.0. The library has them itself, as .NET leaves texts as they are where globalization is invariant; so a text
/// has the same tokens on every machine.
/// </para>
/// <para>
/// What cannot be seen is left out: Default_Ignorable_Code_Point (UAX 44), such as soft hyphens, marks of direction, byte order marks and variation selectors. A
/// zero-width space stays, as it separates words. U+200C and U+200D (ZWNJ and ZWJ) stay where they change what is seen (after UAX 31, section 2.3): behind a virama, between letters of
/// scripts that join them, and U+200D between two symbols, as in 👩‍🚀; tags stay in flags.
/// </para>
/// </remarks>
public enum TextNormalization
{
    /// <summary>Texts are taken as they are.</summary>
    None = 0,

    /// <summary>NFC without what cannot be seen: <c>e</c> and U+0301 are <c>é</c>, and Hangul letters are syllables.</summary>
    Canonical = 1,

    /// <summary>NFKC without what cannot be seen: besides, letters of full width, ligatures, superscripts and the like are ordinary letters and digits.</summary>
    Compatibility = 2,
}
