using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The trees over the sequences of a batch. Nodes are numbered: leaves by their token's place in the batch, then the others by height, so that all of a height, of
/// whatever rows, lie together and are computed at once.
/// </summary>
internal sealed class TreePlan
{
    private readonly List<(int Left, int Right, int Height)> _made = [];
    private readonly List<(int Node, int Height)> _open = [];
    private int[] _numbers = [];
    private int[] _lefts = [];
    private int[] _rights = [];
    private int[] _levels = [];
    private int[] _outputs = [];

    /// <summary>Tokens; not all need be leaves.</summary>
    public int LeafCount { get; private set; }

    /// <summary>Nodes that join two.</summary>
    public int JoinCount => _made.Count;

    public int NodeCount => LeafCount + JoinCount;

    /// <summary>The greatest distance of a leaf from its root.</summary>
    public int Height { get; private set; }

    /// <summary>
    /// The node that is the output of each step, in the order of the batch: of balanced trees the smallest that has the step's token and the next, of given ones what the token
    /// makes; of the last step the root.
    /// </summary>
    public ReadOnlySpan<int> Outputs => _outputs.AsSpan(0, LeafCount);

    /// <summary>The left tree of each joining node.</summary>
    public ReadOnlySpan<int> Lefts => _lefts.AsSpan(0, JoinCount);

    /// <summary>The right tree of each joining node.</summary>
    public ReadOnlySpan<int> Rights => _rights.AsSpan(0, JoinCount);

    /// <summary>The joining nodes of a height, from 1, counted from the first of all.</summary>
    public (int Begin, int End) Level(int height) => (_levels[height - 1], _levels[height]);

    /// <summary>Joining nodes of the height that has most.</summary>
    public int LargestLevel { get; private set; }

    public void Fill(PackedBatch batch, NetworkStructure structure)
    {
        LeafCount = batch.TokenCount;
        _made.Clear();
        Grow(ref _outputs, LeafCount);
        for (var row = 0; row < batch.RowCount; row++)
        {
            var root = structure == NetworkStructure.BalancedTree ? Balance(batch, row, 0, batch.Length(row)).Node : Follow(batch, row);
            _outputs[Place(batch, row, batch.Length(row) - 1)] = root;
        }
        Number();
    }

    private static int Place(PackedBatch batch, int row, int step) => (int)batch.FlatOffset(step) + row;

    private (int Node, int Height) Balance(PackedBatch batch, int row, int first, int count)
    {
        if (count == 1)
            return (Place(batch, row, first), 0);
        var half = (count + 1) / 2;
        var joined = Join(Balance(batch, row, first, half), Balance(batch, row, first + half, count - half));
        _outputs[Place(batch, row, first + half - 1)] = joined.Node;
        return joined;
    }

    /// <summary>The root of what a row's tokens say.</summary>
    private int Follow(PackedBatch batch, int row)
    {
        _open.Clear();
        for (var step = 0; step < batch.Length(row); step++)
        {
            var place = Place(batch, row, step);
            if (batch.Tokens[place] == Vocabulary.EmptyToken && _open.Count > 1)
                JoinLast();
            else
                _open.Add((place, 0));
            _outputs[place] = _open[^1].Node;
        }
        while (_open.Count > 1)
            JoinLast();
        return _open[0].Node;
    }

    private void JoinLast()
    {
        var joined = Join(_open[^2], _open[^1]);
        _open.RemoveAt(_open.Count - 1);
        _open[^1] = joined;
    }

    /// <summary>A node over two, which for now is numbered in the order of making.</summary>
    private (int Node, int Height) Join((int Node, int Height) left, (int Node, int Height) right)
    {
        var height = Math.Max(left.Height, right.Height) + 1;
        _made.Add((left.Node, right.Node, height));
        return (LeafCount + _made.Count - 1, height);
    }

    /// <summary>Numbers nodes by height, and those of a height in the order of making.</summary>
    private void Number()
    {
        var made = CollectionsMarshal.AsSpan(_made);
        Height = 0;
        foreach (var (_, _, height) in made)
            Height = Math.Max(Height, height);
        Grow(ref _levels, Height + 1);
        Grow(ref _lefts, made.Length);
        Grow(ref _rights, made.Length);
        Grow(ref _numbers, made.Length);
        Array.Clear(_levels);
        foreach (var (_, _, height) in made)
            _levels[height]++;
        LargestLevel = 0;
        for (var height = 1; height <= Height; height++)
        {
            LargestLevel = Math.Max(LargestLevel, _levels[height]);
            _levels[height] += _levels[height - 1];
        }
        for (var i = 0; i < made.Length; i++)
            _numbers[i] = _levels[made[i].Height - 1]++;
        // Each height's beginning has moved to its end, where the next one's is.
        for (var height = Height; height > 0; height--)
            _levels[height] = _levels[height - 1];
        _levels[0] = 0;
        for (var i = 0; i < made.Length; i++)
            (_lefts[_numbers[i]], _rights[_numbers[i]]) = (Final(made[i].Left), Final(made[i].Right));
        foreach (ref var output in _outputs.AsSpan(0, LeafCount))
            output = Final(output);
    }

    private int Final(int node) => node < LeafCount ? node : LeafCount + _numbers[node - LeafCount];

    private static void Grow(ref int[] values, int length)
    {
        if (values.Length < length)
            values = new int[length];
    }
}
