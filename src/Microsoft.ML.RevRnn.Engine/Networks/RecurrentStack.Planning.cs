namespace Microsoft.ML.RevRnn.Networks;

/// <content>How the activations of a batch come back within a budget.</content>
internal sealed unsafe partial class RecurrentStack
{
    /// <summary>The most rows, up to <paramref name="most"/>, of a batch of so many steps that stays within the budget; 0 if not even one does.</summary>
    public int RowLimit(int steps, int most)
    {
        var (least, limit) = (0, most);
        while (least < limit)
        {
            var rows = (least + limit + 1) / 2;
            if (LeastBytes(rows, steps) <= MemoryBudget)
                least = rows;
            else
                limit = rows - 1;
        }
        return least;
    }

    /// <summary>The least bytes that a batch of so many rows and steps can do with, whatever its gates forget.</summary>
    public long LeastBytes(int rows, int steps)
    {
        var footprint = Footprint(rows, steps, ActivationFootprint.BitsAtMost(_parameters.Options.Limit));
        var reserved = ReservedBytes(footprint);
        return footprint.Bytes(footprint.Plan(_strategy == ActivationStrategy.Auto ? footprint.Choose(MemoryBudget - reserved) : _strategy)) + reserved;
    }

    /// <summary>How the activations of a batch of so many rows and steps come back.</summary>
    private ActivationPlan Plan(int rows, int steps)
    {
        if (_strategy != ActivationStrategy.Auto)
            return Footprint(rows, steps, ActivationFootprint.BitsAtStart(TopShape, _parameters.Options.Limit)).Plan(_strategy);
        var worst = Footprint(rows, steps, ActivationFootprint.BitsAtMost(_parameters.Options.Limit));
        return worst.Plan(worst.Choose(MemoryBudget - ReservedBytes(worst)));
    }

    /// <summary>Bytes that no plan changes, beyond those of the stack at work.</summary>
    private long ReservedBytes(ActivationFootprint footprint) => HeadBytes + (CarriesStates ? footprint.PerCheckpoint : 0);

    /// <summary>Frees what the last batch's plan needed; the states that are to go on stay.</summary>
    private void ReleaseBuffers(bool continues)
    {
        if (!continues)
        {
            _meter.ReleaseAll();
            return;
        }
        for (var i = 0; i < _layers.Length; i++)
        {
            foreach (var record in _records[i])
                record.Dispose();
            foreach (var checkpoint in _checkpoints[i])
                checkpoint.Dispose();
            _records[i].Clear();
            _checkpoints[i].Clear();
        }
    }

    private ActivationFootprint Footprint(int rows, int steps, double bits) =>
        new(_parameters.Options, rows, steps, ChunkLength.Steps(rows), _team.Size, _rates.Layer > 0, bits);
}
