namespace Microsoft.ML.RevRnn.Networks;

/// <content>How the activations of a batch come back within a budget.</content>
internal sealed unsafe partial class RecurrentStack
{
    private long Budget => _settings.MemoryBudget ?? long.MaxValue;

    private double BitsAtMost => ActivationFootprint.BitsAtMost(_parameters.Shape.Options.ForgettingLimit);

    public int RowLimit(int steps, int most)
    {
        var (least, limit) = (0, most);
        while (least < limit)
        {
            var rows = (least + limit + 1) / 2;
            if (LeastBytes(rows, steps) <= Budget)
                least = rows;
            else
                limit = rows - 1;
        }
        return least;
    }

    public long LeastBytes(int rows, int steps)
    {
        var footprint = Footprint(rows, steps, BitsAtMost);
        var reserved = ReservedBytes(footprint, rows, steps);
        var strategy = _settings.Strategy == ActivationStrategy.Auto ? footprint.Choose(Budget - reserved) : _settings.Strategy;
        return footprint.Bytes(footprint.Plan(strategy)) + reserved;
    }

    /// <summary>How the activations of a batch of so many rows and steps come back.</summary>
    private ActivationPlan Plan(int rows, int steps)
    {
        _strategy = _settings.Strategy;
        if (_strategy != ActivationStrategy.Auto)
        {
            var bits = ActivationFootprint.BitsAtStart(_parameters.Shape.Top, _parameters.Shape.Options.ForgettingLimit);
            return Footprint(rows, steps, bits).Plan(_strategy);
        }
        var worst = Footprint(rows, steps, BitsAtMost);
        _strategy = worst.Choose(Budget - ReservedBytes(worst, rows, steps));
        return worst.Plan(_strategy);
    }

    /// <summary>Bytes that no plan changes, beyond those of the stack at work.</summary>
    private long ReservedBytes(ActivationFootprint footprint, int rows, int steps) =>
        _settings.HeadBytes + _settings.BytesPerToken * rows * steps + (_context?.BytesPerRow ?? 0) * rows + (_settings.CarriesStates ? 2 * footprint.PerCheckpoint : 0);

    /// <summary>Frees what the last batch's plan needed; states that are to go on stay.</summary>
    private void ReleaseBuffers(bool keepsStates)
    {
        if (!keepsStates)
        {
            Device.Memory.ReleaseAll();
            return;
        }
        foreach (var layer in _layers)
            layer.ReleaseActivations();
    }

    private ActivationFootprint Footprint(int rows, int steps, double bits) =>
        new(_parameters.Shape, new BatchExtent(rows, steps, _chunkLength.Steps(rows)), Device.Team.Size, _settings.Dropout.Layer > 0, CanShare(training: true), bits);
}
