using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.LanguageModels;

/// <summary>The texts of data, one after the other in the order of the rows, as tokens.</summary>
internal sealed class ReadTexts
{
    private readonly IDataView _data;
    private readonly Tokenization _tokenization;
    private readonly ReadSources _sources;

    public ReadTexts(IDataView data, ReadColumns columns, Tokenization tokenization, IExceptionContext context)
    {
        ArgumentNullException.ThrowIfNull(data);
        _data = data;
        _tokenization = tokenization;
        _sources = InputSchema.Find(context, data.Schema, columns, tokenization);
    }

    /// <summary>UTF-16 units of the texts that have been given.</summary>
    public long CharacterCount { get; private set; }

    /// <summary>Reads the data once.</summary>
    public IEnumerable<int[]> Tokens
    {
        get
        {
            using var cursor = _data.GetRowCursor(_sources.All);
            var read = _tokenization.CreateReader(cursor, _sources.Sequence);
            var count = _tokenization.CreateCharacterCounter(cursor, _sources.Sequence);
            while (cursor.MoveNext())
            {
                CharacterCount += count();
                yield return read();
            }
        }
    }
}
