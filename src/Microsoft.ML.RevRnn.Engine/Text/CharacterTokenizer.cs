using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Characters, that is Unicode scalar values, and their numbers: from 2 on the training texts' most frequent, in descending order of
/// frequency, ties by code point. Half a surrogate pair is no character and so unknown.
/// </summary>
public sealed class CharacterTokenizer : TextTokenizer
{
    private readonly Rune[] _characters;
    private readonly Dictionary<Rune, int> _numbers;

    private CharacterTokenizer(Rune[] characters, TextNormalization normalization)
        : base(normalization)
    {
        _characters = characters;
        _numbers = new Dictionary<Rune, int>(characters.Length);
        for (var i = 0; i < characters.Length; i++)
            _numbers.Add(characters[i], i + ReservedTokens);
    }

    /// <inheritdoc/>
    public override TokenKind Kind => TokenKind.Characters;

    /// <inheritdoc/>
    public override int Size => _characters.Length + ReservedTokens;

    internal static new CharacterTokenizer Learn(IReadOnlyList<ReadOnlyMemory<char>> texts, VocabularyOptions options)
    {
        var counts = new Dictionary<Rune, long>();
        foreach (var text in Normalize(texts, options))
        {
            var rest = text.Span;
            while (!rest.IsEmpty)
            {
                if (Take(ref rest, out var character))
                    CollectionsMarshal.GetValueRefOrAddDefault(counts, character, out _)++;
            }
        }
        return new CharacterTokenizer(TokenSelection.MostFrequent(counts, options, Comparer<Rune>.Default), options.NormalizationOfKind);
    }

    /// <exception cref="FormatException">The content is damaged or from a newer version.</exception>
    internal static CharacterTokenizer LoadContent(BinaryReader reader)
    {
        var normalization = TokenizerContent.ReadHeader(reader);
        var count = TokenizerContent.ReadCount(reader);
        var characters = new List<Rune>(Math.Min(count, 4096));
        for (var i = 0; i < count; i++)
        {
            var value = reader.ReadInt32();
            if (!Rune.IsValid(value))
                throw new FormatException($"The tokenizer is damaged: there is no character 0x{value:X}.");
            characters.Add(new Rune(value));
        }
        if (characters.Distinct().Count() != count)
            throw new FormatException("The tokenizer is damaged: a character occurs twice.");
        return new CharacterTokenizer([.. characters], normalization);
    }

    /// <inheritdoc/>
    public override int[] Encode(ReadOnlySpan<char> text)
    {
        text = TextNormalizer.Apply(text, Normalization);
        var tokens = ArrayPool<int>.Shared.Rent(Math.Max(16, text.Length));
        var count = 0;
        while (!text.IsEmpty)
            tokens[count++] = Take(ref text, out var character) && _numbers.TryGetValue(character, out var number) ? number : UnknownToken;
        var result = tokens.AsSpan(0, count).ToArray();
        ArrayPool<int>.Shared.Return(tokens);
        return result;
    }

    /// <inheritdoc/>
    public override string[] Pieces(ReadOnlySpan<char> text)
    {
        var pieces = new List<string>(text.Length);
        for (text = TextNormalizer.Apply(text, Normalization); !text.IsEmpty;)
        {
            Take(ref text, out var character);
            pieces.Add(character.ToString());
        }
        return [.. pieces];
    }

    /// <inheritdoc/>
    public override TextAssembler CreateAssembler() => new CharacterAssembler(this);

    private protected override string KnownToken(int token) => _characters[token - ReservedTokens].ToString();

    /// <summary>Writes: int32 version; version 2: byte normalization; int32 count; count int32 code points, from token 2 on.</summary>
    private protected override void SaveContent(BinaryWriter writer)
    {
        TokenizerContent.WriteHeader(writer, Normalization);
        writer.Write(_characters.Length);
        foreach (var character in _characters)
            writer.Write(character.Value);
    }

    /// <summary>Takes the next character off the text; false where there is half a surrogate pair.</summary>
    private static bool Take(ref ReadOnlySpan<char> text, out Rune character)
    {
        var status = Rune.DecodeFromUtf16(text, out character, out var length);
        text = text[length..];
        return status == OperationStatus.Done;
    }
}
