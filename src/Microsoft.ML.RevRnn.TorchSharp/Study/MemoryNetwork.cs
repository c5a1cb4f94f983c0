using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// An end-to-end memory network (Sukhbaatar et al. 2015) for study: facts and a question are sums of their tokens' vectors, each hop reads the facts by the question and adds what it
/// read to it, u := u + o, and a linear map of the last u gives the answer's scores. Vectors are tied from hop to hop: what hop k reads out, hop k + 1 looks up by. V tokens, B rows of a
/// batch, S facts, T tokens of a fact or a question; token 0 is padding and has no vector.
/// </summary>
public sealed class MemoryNetwork : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly Embedding[] _vectors;
    private readonly Embedding _question;
    private readonly Linear _answer;

    /// <param name="vocabulary">V, padding included.</param>
    /// <param name="answers">Outcomes.</param>
    /// <param name="width">d, values of a vector.</param>
    /// <param name="hops">How often the facts are read.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public MemoryNetwork(int vocabulary, int answers, int width = 20, int hops = 3)
        : base(nameof(MemoryNetwork))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabulary);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(answers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hops);
        _question = Vectors(vocabulary, width);
        _vectors = [.. Enumerable.Range(0, hops + 1).Select(_ => Vectors(vocabulary, width))];
        _answer = nn.Linear(width, answers, hasBias: false);
        RegisterComponents();
        for (var hop = 0; hop < _vectors.Length; hop++)
            register_module($"vectors{hop}", _vectors[hop]);
    }

    /// <summary>Scores of the answers, raw.</summary>
    /// <param name="facts">[B, S, T] token numbers, 0 for padding; a fact of nothing but padding is none.</param>
    /// <param name="question">[B, T].</param>
    /// <returns>[B, answers].</returns>
    public override Tensor forward(Tensor facts, Tensor question)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(question);
        var isThere = facts.ne(0).any(2);
        // Where there are no facts at all their vectors are zero, and so is what is read of them.
        isThere = isThere.logical_or(isThere.any(1, keepdim: true).logical_not());
        var u = _question.call(question).sum(1);
        for (var hop = 0; hop + 1 < _vectors.Length; hop++)
            u = u + MemoryReading.Hop(u, _vectors[hop].call(facts).sum(2), _vectors[hop + 1].call(facts).sum(2), isThere).Output;
        return _answer.call(u);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var owned in (ReadOnlySpan<IDisposable>)[_question, .. _vectors, _answer])
                owned.Dispose();
        }
        base.Dispose(disposing);
    }

    private static Embedding Vectors(int vocabulary, int width)
    {
        var vectors = nn.Embedding(vocabulary, width, padding_idx: 0);
        using (no_grad())
            vectors.weight!.mul_(0.1);
        return vectors;
    }
}
