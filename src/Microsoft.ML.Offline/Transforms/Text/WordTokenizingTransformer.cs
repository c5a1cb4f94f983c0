using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Text;

[assembly: LoadableClass(
    typeof(WordTokenizingTransformer), null, typeof(SignatureLoadModel), "Tokenize into words", WordTokenizingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Text;

/// <summary>Splits text into words. Words are parts of the text's memory; nothing is copied.</summary>
public sealed class WordTokenizingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "TokenizeTextTransform";
    internal const string ExpectedType = "text or a vector of text";

    private static readonly VersionInfo _version = new(
        modelSignature: "WRDTOKNS",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(WordTokenizingTransformer).Assembly.FullName,
        loaderSignature: LoaderSignature);

    private readonly char[] _separators;

    internal WordTokenizingTransformer(IHost host, string outputColumnName, string inputColumnName, char[] separators)
        : base(host, (outputColumnName, inputColumnName))
        => _separators = host.CheckNonEmpty(separators, nameof(separators));

    private WordTokenizingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
        => _separators = host.CheckNonEmpty(ctx.LoadNonEmptyString().ToCharArray(), "separators");

    private static WordTokenizingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(_version);
        return new(env.Register("DelimitedTokenize"), ctx);
    }

    /// <summary>Saves the columns, then the string id of the separators.</summary>
    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(_version);
        SaveColumns(ctx);
        ctx.SaveNonEmptyString(new string(_separators));
    }

    private protected override OutputColumn MapColumn(int index, DataViewSchema.Column source)
    {
        if (source.Type.GetItemType() is not TextDataViewType)
            throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name, ExpectedType, source.Type.ToString());
        var column = new DataViewSchema.DetachedColumn(ColumnPairs[index].outputColumnName, new VectorDataViewType(TextDataViewType.Instance));
        return new OutputColumn(column, [source.Index], input => source.Type is VectorDataViewType
            ? MakeVectorGetter(input.GetGetter<VBuffer<ReadOnlyMemory<char>>>(source))
            : MakeScalarGetter(input.GetGetter<ReadOnlyMemory<char>>(source)));
    }

    private ValueGetter<VBuffer<ReadOnlyMemory<char>>> MakeScalarGetter(ValueGetter<ReadOnlyMemory<char>> getter)
    {
        ReadOnlyMemory<char> text = default;
        var words = new List<ReadOnlyMemory<char>>();
        return (ref VBuffer<ReadOnlyMemory<char>> result) =>
        {
            getter(ref text);
            words.Clear();
            Split(text, words);
            Copy(words, ref result);
        };
    }

    private ValueGetter<VBuffer<ReadOnlyMemory<char>>> MakeVectorGetter(ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter)
    {
        VBuffer<ReadOnlyMemory<char>> texts = default;
        var words = new List<ReadOnlyMemory<char>>();
        return (ref VBuffer<ReadOnlyMemory<char>> result) =>
        {
            getter(ref texts);
            words.Clear();
            foreach (var text in texts.GetValues())
                Split(text, words);
            Copy(words, ref result);
        };
    }

    /// <summary>Words are without spaces at their ends, whatever separates them; empty ones are left out.</summary>
    private void Split(ReadOnlyMemory<char> text, List<ReadOnlyMemory<char>> words)
    {
        while (!text.IsEmpty)
        {
            int end = text.Span.IndexOfAny(_separators);
            var word = (end < 0 ? text : text[..end]).Trim(' ');
            if (!word.IsEmpty)
                words.Add(word);
            text = end < 0 ? default : text[(end + 1)..];
        }
    }

    private static void Copy(List<ReadOnlyMemory<char>> words, ref VBuffer<ReadOnlyMemory<char>> result)
    {
        var editor = VBufferEditor.Create(ref result, words.Count);
        words.CopyTo(editor.Values);
        result = editor.Commit();
    }
}
