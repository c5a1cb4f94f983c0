using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>
/// The beam search of one sequence, step by step. Of all continuations of the hypotheses that live, the most probable ones get the beam's places; of equally probable ones that of the
/// better place, and then of the lower token. One that ends keeps its place for that step, and is finished. The search is over when the first place ends and enough are finished, when
/// nothing lives, or after its last step.
/// </summary>
/// <param name="width">Places.</param>
/// <param name="lengthPenalty">a of the length norm.</param>
/// <param name="wanted">How many finished hypotheses are enough.</param>
/// <param name="steps">The most steps.</param>
/// <param name="endToken">What ends a hypothesis.</param>
internal sealed class Beam(int width, double lengthPenalty, int wanted, int steps, int endToken)
{
    private const int BlockLength = 256;

    private readonly List<Node> _nodes = [];
    private readonly List<Hypothesis> _finished = [];
    private readonly Candidate[] _candidates = new Candidate[width];
    private Hypothesis[] _live = [new(-1, 0, 0)];
    private int _liveCount = 1;
    private int _candidateCount;
    private int _step;

    /// <summary>Whether the search is over.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Hypotheses that live: rows of the next step.</summary>
    public int LiveCount => IsOver ? 0 : _liveCount;

    /// <summary>The hypothesis of the last step that a live one goes on from.</summary>
    public int Parent(int live) => _live[live].Parent;

    /// <summary>The last token of a live hypothesis; at the beginning what ends one, which stands before it too.</summary>
    public int Token(int live) => _live[live].Node < 0 ? endToken : _nodes[_live[live].Node].Token;

    /// <summary>Before a step's <see cref="Offer"/> and <see cref="EndStep"/>.</summary>
    public void BeginStep() => _candidateCount = 0;

    /// <summary>Takes in what may follow a live hypothesis; they are offered in their order.</summary>
    /// <param name="live">Which one.</param>
    /// <param name="logProbabilities">[V].</param>
    public void Offer(int live, ReadOnlySpan<float> logProbabilities)
    {
        var sum = _live[live].LogProbability;
        for (var first = 0; first < logProbabilities.Length; first += BlockLength)
        {
            // Few blocks have a token that is probable enough.
            var block = logProbabilities[first..Math.Min(first + BlockLength, logProbabilities.Length)];
            if (!HasPlace(sum + TensorPrimitives.Max(block)))
                continue;
            for (var i = 0; i < block.Length; i++)
            {
                if (HasPlace(sum + block[i]))
                    Place(new Candidate(live, first + i, sum + block[i]));
            }
        }
    }

    /// <summary>Gives the best continuations their places.</summary>
    /// <param name="alignments">Of each live hypothesis what attention looked at most.</param>
    public void EndStep(ReadOnlySpan<int> alignments)
    {
        _step++;
        var next = new Hypothesis[_candidateCount];
        var count = 0;
        for (var place = 0; place < _candidateCount; place++)
        {
            var (live, token, logProbability) = _candidates[place];
            var before = _live[live];
            if (token == endToken)
            {
                _finished.Add(new Hypothesis(before.Node, logProbability, before.LogProbability) { Length = _step + 1, IsComplete = true });
                continue;
            }
            _nodes.Add(new Node(before.Node, token, alignments[live]));
            next[count++] = new Hypothesis(_nodes.Count - 1, logProbability, before.LogProbability) { Parent = live };
        }
        (_live, _liveCount) = (next, count);
        var firstEnds = _candidateCount > 0 && _candidates[0].Token == endToken;
        IsOver = count == 0 || _step == steps || (firstEnds && _finished.Count >= wanted);
    }

    /// <summary>The best of what was found, best first: what is finished by its score, and where that is too little what lives, by place.</summary>
    /// <param name="mostTokens">Where what lives is cut.</param>
    public Translation[] Results(int mostTokens)
    {
        var finished = _finished.Index().OrderByDescending(pair => Score(pair.Item)).ThenBy(pair => pair.Index).Take(wanted).Select(pair => Result(pair.Item, int.MaxValue));
        // What is cut may be the same then.
        var live = _live.Take(_liveCount).DistinctBy(hypothesis => _step > mostTokens ? _nodes[hypothesis.Node].Parent : hypothesis.Node)
            .Select(hypothesis => Result(hypothesis, mostTokens));
        return [.. finished.Concat(live).Take(wanted)];
    }

    private bool HasPlace(double logProbability) => _candidateCount < width || logProbability > _candidates[width - 1].LogProbability;

    /// <summary>Behind those that are as probable, which came before.</summary>
    private void Place(Candidate candidate)
    {
        if (_candidateCount < width)
            _candidateCount++;
        var place = _candidateCount - 1;
        for (; place > 0 && candidate.LogProbability > _candidates[place - 1].LogProbability; place--)
            _candidates[place] = _candidates[place - 1];
        _candidates[place] = candidate;
    }

    private static double Norm(int length, double penalty) => HostMath.Exp(penalty * HostMath.Log((5 + length) / 6.0));

    private double Score(Hypothesis hypothesis) => hypothesis.LogProbability / Norm(hypothesis.Length, lengthPenalty);

    private Translation Result(Hypothesis hypothesis, int mostTokens)
    {
        var path = new List<Node>();
        for (var node = hypothesis.Node; node >= 0; node = _nodes[node].Parent)
            path.Add(_nodes[node]);
        path.Reverse();
        if (path.Count > mostTokens)
        {
            path.RemoveRange(mostTokens, path.Count - mostTokens);
            hypothesis = hypothesis with { LogProbability = hypothesis.Before };
        }
        // Both boundaries count, or the one that there is.
        var length = hypothesis.IsComplete ? hypothesis.Length : path.Count + 1;
        return new Translation(
            [.. path.Select(node => node.Token)],
            hypothesis.LogProbability,
            Score(hypothesis with { Length = length }),
            [.. path.Select(node => node.Alignment)],
            hypothesis.IsComplete);
    }

    /// <summary>A token of a hypothesis.</summary>
    private readonly record struct Node(int Parent, int Token, int Alignment);

    private readonly record struct Candidate(int Live, int Token, double LogProbability);

    /// <param name="Node">Its last token; -1 for none.</param>
    /// <param name="LogProbability">Of all its tokens.</param>
    /// <param name="Before">Of all but the last.</param>
    private readonly record struct Hypothesis(int Node, double LogProbability, double Before)
    {
        public int Parent { get; init; }

        /// <summary>Tokens and boundaries.</summary>
        public int Length { get; init; }

        public bool IsComplete { get; init; }
    }
}
