using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <content>The work that threads share: rows of leaves and nodes, which do not depend on each other, and columns of weights' gradients.</content>
internal sealed unsafe partial class TreeEncoder
{
    private float* State(NativeBuffer<float> states, int node) => states.Pointer + (nint)node * Stride;

    private Span<float> Values(NativeBuffer<float> states, int node) => new(State(states, node), Block);

    private float* NodeGates(int join) => _nodeGates.Pointer + (nint)join * _parameters.NodeStride;

    private static Span<float> Gate(float* gates, int gate, int block) => new(gates + gate * block, block);

    /// <summary>h of a leaf or node whose c is there.</summary>
    private void Finish(int node, float* o)
    {
        _sweeps.Tanh(State(_c, node), State(_tanhC, node), Block);
        TreeLstm.Output<float>(new ReadOnlySpan<float>(o, Block), Values(_tanhC, node), Values(_h, node));
    }

    /// <summary>The outputs of the trees under joining nodes [begin, end) of a level that begins at <paramref name="first"/>, side by side.</summary>
    private void Gather(int first, int begin, int end)
    {
        for (var join = begin; join < end; join++)
        {
            var target = _children.Pointer + (nint)(join - first) * 2 * Stride;
            new ReadOnlySpan<float>(State(_h, _plan.Lefts[join]), Stride).CopyTo(new Span<float>(target, Stride));
            new ReadOnlySpan<float>(State(_h, _plan.Rights[join]), Stride).CopyTo(new Span<float>(target + Stride, Stride));
        }
    }

    /// <summary>A node may be the output of two steps, so this is done in one order.</summary>
    private void AddOutputGradient()
    {
        for (var flat = 0; flat < _plan.LeafCount; flat++)
        {
            var target = Values(_hGradient, _plan.Outputs[flat]);
            TensorPrimitives.Add(target, new ReadOnlySpan<float>(OutputGradient + (nint)flat * Stride, Block), target);
        }
    }

    private readonly struct LeafJob(TreeEncoder tree) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = tree.MapInputs(worker, tree._leaf, tree._leafGates);
            var (stride, block) = (tree._leaf.OutputStride, tree.Block);
            var gates = tree._leafGates.Pointer + (nint)begin * stride;
            for (var leaf = begin; leaf < end; leaf++, gates += stride)
            {
                tree._sweeps.Sigmoid(gates + TreeLstm.LeafO * block, block);
                Gate(gates, TreeLstm.LeafC, block).CopyTo(tree.Values(tree._c, leaf));
                tree.Finish(leaf, gates + TreeLstm.LeafO * block);
            }
        }
    }

    private readonly struct JoinJob(TreeEncoder tree, int height) : IJob
    {
        public void Run(int worker)
        {
            var (first, last) = tree._plan.Level(height);
            var (begin, end) = tree.Device.Team.Share(last - first, Grain, worker);
            if (begin >= end)
                return;
            var block = tree.Block;
            tree.Gather(first, first + begin, first + end);
            tree._node.Multiply(end - begin, tree._children.Pointer + (nint)begin * tree._node.InputStride, tree.NodeGates(first + begin));
            for (var join = first + begin; join < first + end; join++)
            {
                var gates = tree.NodeGates(join);
                tree._sweeps.Sigmoid(gates, TreeLstm.U * block);
                tree._sweeps.Tanh(gates + TreeLstm.U * block, gates + TreeLstm.U * block, block);
                tree._sweeps.Sigmoid(gates + TreeLstm.O * block, block);
                var node = tree._plan.LeafCount + join;
                TreeLstm.Join<float>(new ReadOnlySpan<float>(gates, TreeLstm.NodeGates * block), tree.Values(tree._c, tree._plan.Lefts[join]),
                    tree.Values(tree._c, tree._plan.Rights[join]), tree.Values(tree._c, node));
                tree.Finish(node, gates + TreeLstm.O * block);
            }
        }
    }

    private readonly struct OutputJob(TreeEncoder tree) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = tree.Device.Team.Share(tree._plan.LeafCount, Grain, worker);
            for (var flat = begin; flat < end; flat++)
                new ReadOnlySpan<float>(tree.State(tree._h, tree._plan.Outputs[flat]), tree.Stride).CopyTo(new Span<float>(tree.OutputRows.Pointer + (nint)flat * tree.Stride, tree.Stride));
        }
    }

    /// <summary>A tree is under one node only, so no two workers add to the same.</summary>
    private readonly struct JoinBackwardJob(TreeEncoder tree, int height) : IJob
    {
        public void Run(int worker)
        {
            var (first, last) = tree._plan.Level(height);
            var (begin, end) = tree.Device.Team.Share(last - first, Grain, worker);
            if (begin >= end)
                return;
            var (block, stride) = (tree.Block, tree._node.InputStride);
            tree.Gather(first, first + begin, first + end);
            for (var join = first + begin; join < first + end; join++)
                BackOver(tree._plan.LeafCount + join, tree.NodeGates(join), tree._plan.Lefts[join], tree._plan.Rights[join], block);
            var ofChildren = tree._childGradient.Pointer + (nint)begin * stride;
            tree._node.MultiplyTransposed(end - begin, tree.NodeGates(first + begin), ofChildren);
            for (var join = first + begin; join < first + end; join++, ofChildren += stride)
            {
                Add(tree.Values(tree._hGradient, tree._plan.Lefts[join]), ofChildren);
                Add(tree.Values(tree._hGradient, tree._plan.Rights[join]), ofChildren + tree.Stride);
            }
        }

        private void BackOver(int node, float* gates, int left, int right, int block)
        {
            var ofCell = tree.Values(tree._cGradient, node);
            TreeLstm.OutputBackward<float>(Gate(gates, TreeLstm.O, block), tree.Values(tree._tanhC, node), tree.Values(tree._hGradient, node), ofCell);
            TreeLstm.JoinBackward<float>(new Span<float>(gates, TreeLstm.NodeGates * block), tree.Values(tree._c, left), tree.Values(tree._c, right), ofCell,
                tree.Values(tree._cGradient, left), tree.Values(tree._cGradient, right));
        }

        private static void Add(Span<float> target, float* addend) => TensorPrimitives.Add(target, new ReadOnlySpan<float>(addend, target.Length), target);
    }

    private readonly struct LeafBackwardJob(TreeEncoder tree) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = tree.Device.Team.Share(tree._plan.LeafCount, Grain, worker);
            if (begin >= end)
                return;
            var (stride, block) = (tree._leaf.OutputStride, tree.Block);
            var gates = tree._leafGates.Pointer + (nint)begin * stride;
            for (var leaf = begin; leaf < end; leaf++, gates += stride)
            {
                var ofCell = tree.Values(tree._cGradient, leaf);
                TreeLstm.OutputBackward<float>(Gate(gates, TreeLstm.LeafO, block), tree.Values(tree._tanhC, leaf), tree.Values(tree._hGradient, leaf), ofCell);
                ofCell.CopyTo(Gate(gates, TreeLstm.LeafC, block));
            }
            tree.MapInputsBackward(begin, end, tree._leaf, tree._leafGates);
        }
    }
}
