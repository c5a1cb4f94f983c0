namespace Microsoft.ML.RevRnn.Training;

/// <content>Checkpoints: when they are written, and how training goes on from one.</content>
internal sealed partial class TrainingLoop
{
    private TimeSpan _elapsedBefore;
    private TimeSpan _lastCheckpoint;
    private bool _isUnsaved;
    private string _savedPosition = "";
    private string? _checkpointFailure;

    private bool IsSaveDue => _checkpoint != null && _clock.Elapsed - _lastCheckpoint >= _options.CheckpointInterval;

    private string Position => _batch == 0 ? $"epoch {_epochs.Count}" : $"batch {_batch} of epoch {_epochs.Count + 1}";

    /// <summary>The checkpoint of all ranks, which only rank 0 reads and writes; ranks that train on something else than rank 0 are found out.</summary>
    private TrainingCheckpoint? CreateCheckpoint()
    {
        if (_leader.Decide(_options.CheckpointPath != null) != (_options.CheckpointPath != null))
            throw new InvalidOperationException($"{nameof(TrainingOptions.CheckpointPath)} is set on some ranks of the group and not on others; all must set it, though only rank 0 uses the file.");
        if (_leader.Group == null && _options.CheckpointPath == null)
            return null;
        var identity = TrainingIdentity.Of(_task, _options);
        _leader.RequireSame(identity, "data, network or options differ from those of rank 0, or with a memory budget the number of threads. Read the same rows in the same order on all ranks, and set every seed.");
        return _options.CheckpointPath is { } path ? new TrainingCheckpoint(path, identity, _options) : null;
    }

    /// <summary>Goes on from the checkpoint, if there is one.</summary>
    private void Resume()
    {
        if (_checkpoint?.Load(_task.Trainer, _leader) is not { } state)
            return;
        foreach (var report in state.Epochs)
            TakeIn(report);
        _bestWeights = state.BestWeights;
        (_totals, _meter) = (state.Totals, state.Meter);
        _elapsedBefore = state.Elapsed;
        _skippedInRow = state.SkippedInRow;
        (_batch, _batchCount, _sum) = (state.Batch, state.BatchCount, state.Sum);
        _savedPosition = Position;
    }

    /// <summary>After a batch: writes a checkpoint if it is time to.</summary>
    private void SaveAtInterval()
    {
        if (Now.IsSaveDue)
            SaveUnsaved();
    }

    /// <summary>Writes a checkpoint within an epoch, unless nothing has been trained since the last.</summary>
    private void SaveUnsaved()
    {
        if (!_leader.Decide(_checkpoint != null && _isUnsaved))
            return;
        _task.Trainer.Export();
        SaveCheckpoint();
    }

    /// <summary>
    /// Writes a checkpoint. One that cannot be written is no reason to throw away what has been trained: the next one is another try, and until then progress and
    /// report tell of it.
    /// </summary>
    private void SaveCheckpoint()
    {
        if (_checkpoint == null)
            return;
        _task.PrepareCheckpoint();
        if (!_leader.IsHere)
            return;
        try
        {
            _checkpoint.Save(_task.Trainer, new TrainingState
            {
                Epochs = _epochs,
                BestWeights = _bestWeights,
                Totals = _totals,
                Meter = _meter,
                Elapsed = Elapsed,
                Batch = _batch,
                BatchCount = _batchCount,
                Sum = _sum,
                SkippedInRow = _skippedInRow,
            });
            _isUnsaved = false;
            _savedPosition = Position;
            _checkpointFailure = null;
        }
        catch (IOException failure)
        {
            _checkpointFailure = failure.Message;
        }
        _lastCheckpoint = _clock.Elapsed;
    }
}
